using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Exports;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Cli.Commands;

/// <summary>
/// <c>r1 rollouts</c>: committed rollouts with their named reward parts, printed one at a time or written to a Parquet file: a long run's ledger never
/// lies in memory whole.
/// </summary>
internal static class RolloutsCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        Option<string?> stage = CommonOptions.Stage();
        var step = new Option<long?>("--step") { Description = "Only the rollouts that this optimizer step was trained on.", HelpName = "N" };
        Option<bool> json = CommonOptions.Json();
        var parquet = new Option<string?>("--parquet") { Description = "Write them to this Parquet file instead.", HelpName = "FILE" };
        var command = new Command("rollouts", "Print committed rollouts with their rewards, or export them.") { run, stage, step, json, parquet };
        command.SetAction((parsed, stop) => ExecuteAsync(
            parsed, parsed.GetRequiredValue(run), parsed.GetValue(stage), parsed.GetValue(step), parsed.GetValue(json), parsed.GetValue(parquet), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string run, string? stage, long? step, bool json, string? parquet, CancellationToken stop)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        var rollouts = Wanted(state, run, stage, step).SelectMany(wanted => state.Reader.Rollouts(run, wanted.Stage, wanted.Iteration));
        if (parquet is not null)
        {
            long rows = await RolloutParquet.WriteAsync(parquet, run, rollouts, stop);
            terminal.Say($"{rows} rollouts: {parquet}");
            return ExitCode.Done;
        }

        foreach ((string origin, RolloutRecord rollout) in rollouts)
        {
            if (json) terminal.PrintJson(new Line(origin, rollout));
            else terminal.Print(Text(origin, rollout));
        }
        return ExitCode.Done;
    }

    /// <summary>A step belongs to one iteration; which one stands in its committed figures.</summary>
    private static IEnumerable<(string Stage, long? Iteration)> Wanted(StateStore state, string run, string? stage, long? step)
    {
        var stages = state.Reader.Status(run).Stages.Select(status => status.Name).Where(name => stage is null || name == stage).ToList();
        if (stages.Count == 0) throw new RunRefusedException($"run {run} has no stage '{stage}'", ExitCode.WrongInput);
        if (step is null) return stages.Select(name => (name, (long?)null));

        var iterations = state.Reader.Metrics(run, stage).Where(row => row.Metrics.Step == step && row.Metrics.Iteration is not null);
        return [.. iterations.Select((StepMetricsRow row) => (row.Stage, row.Metrics.Iteration))];
    }

    private static string Text(string stage, RolloutRecord rollout)
    {
        string parts = string.Join(", ", rollout.Rewards.Select(part => $"{part.Key} {Figures.Share(part.Value)}"));
        string errors = rollout.Errors is null ? "" : "  failed: " + string.Join(", ", rollout.Errors.Select(part => $"{part.Key} ({part.Value})"));
        string verdict = rollout.Verdict is { } word ? $"  {word.Word()}" : "";
        return $"{stage}  iteration {rollout.Iteration}  {rollout.Question}  sample {rollout.Sample}  {rollout.OutputIds.Count} tokens  {rollout.FinishReason}{verdict}  reward {(rollout.Total is { } total ? Figures.Share(total) : Figures.None)} ({parts}){errors}";
    }

    /// <summary>A line of <c>--json</c>: <c>stage</c> first, then the rollout's own fields.</summary>
    private sealed record Line(
        string Stage, long Iteration, string Question, int Sample, long PolicyVersion, IReadOnlyList<int> InputIds, IReadOnlyList<int> OutputIds,
        IReadOnlyList<float> Logprobs, IReadOnlyDictionary<string, double> Rewards, double? Total, string FinishReason, AnswerVerdict? Verdict, IReadOnlyDictionary<string, string>? Errors)
    {
        public Line(string stage, RolloutRecord rollout)
            : this(stage, rollout.Iteration, rollout.Question, rollout.Sample, rollout.PolicyVersion, rollout.InputIds, rollout.OutputIds,
                rollout.Logprobs, rollout.Rewards, rollout.Total, rollout.FinishReason, rollout.Verdict, rollout.Errors)
        {
        }
    }
}
