using System.Globalization;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.TestWorker;

/// <summary>
/// What a counting stage shall do. Written as <c>steps=10,wait-ms=5,fail=out-of-memory@3,failing-attempts=1,rollouts-every=2</c> into the
/// <c>eos-token</c> of <c>train-tokenizer</c> or the <c>path</c> of <c>import-model</c>; supervised kinds take <c>epochs</c> and RL kinds
/// <c>iterations</c> as the number of steps, and supervised kinds <c>max-tokens</c> as the megabytes that a sequence takes in the last of them; every
/// other kind does one step.
/// </summary>
/// <param name="Steps">Steps to do.</param>
/// <param name="Wait">Time that a step takes.</param>
/// <param name="WaitingAttempts">Attempts whose steps take that time, from the first; steps of later ones take none.</param>
/// <param name="Fail">How to fail: a failure class in kebab-case, or <c>bug</c>, <c>native-oom</c>, <c>abort</c>, <c>hang</c>, <c>hang-save</c>, <c>short</c>; null: not at all.</param>
/// <param name="FailStep">Step at whose end it fails.</param>
/// <param name="FailingAttempts">Attempts that fail, from the first; later ones succeed.</param>
/// <param name="RolloutsEvery">Steps between two committed rollout shards; 0: none.</param>
/// <param name="MicroBatch">Sequences that are in memory at once.</param>
/// <param name="SequenceBytes">What one of them takes in the last step; the steps before take less, in proportion. 0: nothing.</param>
internal sealed record CountingPlan(
    long Steps, TimeSpan Wait, int WaitingAttempts, string? Fail, long FailStep, int FailingAttempts, long RolloutsEvery, int MicroBatch = 8, long SequenceBytes = 0)
{
    public static CountingPlan Of(StageOptions options) => options switch
    {
        TrainTokenizerOptions tokenizer => Parse(tokenizer.EosToken),
        ImportModelOptions import => Parse(Path.GetFileName(import.Path)),
        SupervisedOptions supervised => Parse($"steps={supervised.Epochs}") with
        {
            MicroBatch = supervised.MicroBatch ?? supervised.BatchSize,
            SequenceBytes = 1_000_000L * (supervised.MaxTokens ?? 0),
        },
        GrpoOptions grpo => Parse($"steps={grpo.Iterations},rollouts-every=1"),
        _ => Parse("steps=1"),
    };

    private static CountingPlan Parse(string text)
    {
        Dictionary<string, string> values = text.Split(',').Where(part => part.Contains('=')).Select(part => part.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        string[] fail = values.GetValueOrDefault("fail", "").Split('@');
        return new CountingPlan(
            Number("steps", 1),
            TimeSpan.FromMilliseconds(Number("wait-ms", 0)),
            (int)Number("waiting-attempts", int.MaxValue),
            fail.Length == 2 ? fail[0] : null,
            fail.Length == 2 ? long.Parse(fail[1], CultureInfo.InvariantCulture) : 0,
            (int)Number("failing-attempts", 1),
            Number("rollouts-every", 0));

        long Number(string name, long otherwise) => values.TryGetValue(name, out string? value) ? long.Parse(value, CultureInfo.InvariantCulture) : otherwise;
    }
}
