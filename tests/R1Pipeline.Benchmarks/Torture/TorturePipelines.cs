using System.Text.RegularExpressions;

namespace R1Pipeline.Benchmarks.Torture;

/// <summary>The pipelines that are tortured, and the settings that let one command go through many kills: none of them can change a result.</summary>
internal static partial class TorturePipelines
{
    /// <summary>The whole chain in small.</summary>
    public static string OneMinute { get; } = Path.Combine(R1Command.Root, "pipelines", "one-minute.yaml");

    /// <summary>
    /// Four stages of almost nothing, one of them with rollouts, for workers that only count: every write that an owner of runs makes, as often as needed
    /// and no more.
    /// </summary>
    public const string Counting = """
        name: counting
        seed: 5
        data:
          corpus:   { generate: addition, split: corpus, rows: 32 }
          problems: { generate: addition, split: problems, rows: 32 }
          held-out: { generate: addition, split: held-out, rows: 4 }
        stages:
          base:   { uses: pretraining, data: [corpus], with: { tokenizer: addition, batch-size: 16, checkpoint-every-steps: 1 } }
          rl:     { uses: reasoning-rl, model: base, data: [problems], with: { iterations: 2, questions: 2, group-size: 2, minibatches: 1, checkpoint-every-steps: 1 } }
          report: { uses: evaluation, models: [base, rl], tasks: { held-out: { data: held-out } } }
        """;

    /// <summary>The base alone.</summary>
    public static string BaseOnly() => Beginning("base-only", numStages: 1);

    /// <summary>
    /// The file up to the end of one of its stages, under a name of its own: stage keys do not depend on it, so that a run of the whole file takes these
    /// stages over.
    /// </summary>
    public static string Beginning(string name, int numStages)
    {
        string text = File.ReadAllText(OneMinute);
        Match next = StageHead().Matches(text, text.IndexOf("\nstages:", StringComparison.Ordinal))[numStages];
        return text[..next.Index].Replace("\nname: one-minute", $"\nname: {name}", StringComparison.Ordinal);
    }

    /// <summary>A checkpoint after every step and attempts enough, for each of the stages.</summary>
    public static IEnumerable<string> ManyAttempts(IEnumerable<string> stages) =>
        from stage in stages
        from setting in new[] { "checkpoint-every-steps=1", "max-attempts=1000", "retries.native-crash=1000", "retries.same-step=1000" }
        from word in new[] { "--set", $"stages.{stage}.with.{setting}" }
        select word;

    [GeneratedRegex(@"^  [a-z][\w-]*:", RegexOptions.Multiline)]
    private static partial Regex StageHead();
}
