using System.Text.Json;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Reports;

namespace R1Pipeline.Tests.Reports;

/// <summary>A run of the recipe with made-up names, small enough to read.</summary>
internal static class SampleReports
{
    public static RunReport Chain() => new()
    {
        Run = "r-1",
        Pipeline = "little <r1>",
        State = "done",
        Seed = 7,
        DefinitionSha256 = "ab12",
        Machine = "Debian 12, 2 cores",
        Created = DateTimeOffset.UnixEpoch,
        Written = DateTimeOffset.UnixEpoch.AddMinutes(9),
        Stages =
        [
            Stage("ground", "pretraining"),
            Stage("alone", "reasoning-rl", ("model", "ground")) with { Steps = RlSteps(), Samples = [Sample()] },
            Stage("warm", "cold-start", ("model", "ground")) with
            {
                Steps = [new StepMetrics(1, null, new Dictionary<string, double> { ["loss"] = 2.5 }), new StepMetrics(2, null, new Dictionary<string, double> { ["loss"] = 1.25 })],
                Gates = [new GateLine("format-rate on problems", 0.6, 0.5, null, true)],
            },
            Stage("think", "reasoning-rl", ("model", "warm")) with { Wall = TimeSpan.FromSeconds(245), PeakResidentBytes = 300 << 20 },
            Stage("sieve", "rejection-sampling", ("model", "think")) with
            {
                Metrics = JsonDocument.Parse("""{"sampled": 128, "kept": 0, "general_rows": 40}""").RootElement,
            },
            Stage("tune", "supervised-fine-tuning", ("model", "ground"), ("data", "sieve")) with
            {
                DataNames = ["sieve", "chat"],
                Data = [new DataAccount("measured", 9, 9, 0, new Dictionary<string, long>()), new DataAccount("sieve", 0, 0, 0, new Dictionary<string, long>()), new DataAccount("chat", 40, 30, 5, new Dictionary<string, long> { ["too-long"] = 5, ["empty"] = 0 })],
                Attempts = [new AttemptLine(1, 0, "native-crash", "killed by signal 9"), new AttemptLine(2, 50, "done", null)],
            },
            Stage("all", "all-scenario-rl", ("model", "tune")),
            Stage("exam", "evaluation", ("models", "alone"), ("models", "warm"), ("models", "all")) with { Metrics = Exam() },
        ],
    };

    private static StageSection Stage(string name, string uses, params (string Role, string Stage)[] inputs) => new()
    {
        Name = name,
        Uses = uses,
        State = "done",
        Inputs = [.. inputs.Select(input => new StageInput(input.Role, input.Stage, input.Stage))],
    };

    private static IReadOnlyList<StepMetrics> RlSteps() =>
        [.. Enumerable.Range(1, 20).Select(step => new StepMetrics(step, step, new Dictionary<string, double> { ["reward"] = step / 10.0, ["accuracy"] = step / 20.0, ["loss"] = 0.1, ["kl"] = 0.01, ["entropy"] = 1, ["response-tokens"] = 50 }))];

    private static SampleOutput Sample() => new()
    {
        Origin = "iteration 3, sums:12",
        Prompt = "<|user|> 1 + 1 ?",
        Output = "<think> ``` & <script>alert(1)</script> </think>",
        Parts = new Dictionary<string, double> { ["accuracy"] = 1, ["language"] = 0.5 },
        Total = 1.5,
        FinishReason = "stop",
    };

    private static JsonElement Exam() => JsonDocument.Parse("""
        {"models": {
          "alone": {"sums": {"temperature": 1, "pass_at_1": 0.8625, "ci_low": 0.83, "ci_high": 0.894, "loose_pass_at_1": 0.87, "k": 16, "pass_at_k": 0.98, "cons_at_k": 0.95, "num_problems": 60, "num_samples": 960, "format_rate": 0.99, "mixing_rate": 0.4, "reflective_rate": 0, "mean_tokens": 55.25}},
          "warm": {"sums": {"temperature": 1, "pass_at_1": 0.5, "ci_low": 0.45, "ci_high": 0.55, "k": 16, "num_problems": 60}},
          "all": {"sums": {"temperature": 1, "pass_at_1": 0.9, "ci_low": 0.87, "ci_high": 0.93, "k": 16, "cons_at_k": 1, "num_problems": 60}}
        }}
        """).RootElement;
}
