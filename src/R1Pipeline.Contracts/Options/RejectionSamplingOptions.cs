using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>
/// Sampling of SFT rows from the RL model: keep correct, well-formed, single-language, unrepetitive outputs, merge with general rows
/// (r1-recipe.md 9, which leaves samples, temperature and thresholds open).
/// </summary>
public sealed record RejectionSamplingOptions : StageOptions
{
    /// <summary>Samples of one problem.</summary>
    [Range(1, 4096)]
    public int Samples { get; init; } = 4;

    /// <summary>Temperature.</summary>
    [Range(0.01, 100.0)]
    public double Temperature { get; init; } = 1.0;

    /// <summary>Nucleus.</summary>
    [Range(0.01, 1.0)]
    public double TopP { get; init; } = 1.0;

    /// <summary>Most likely tokens that are kept; 0 keeps all.</summary>
    [Range(0, 1_000_000)]
    public int TopK { get; init; }

    /// <summary>Longest output in tokens.</summary>
    [Range(1, 1_048_576)]
    public int MaxNewTokens { get; init; } = 32768;

    /// <summary>Problems that are sampled, in the order of the sources; null: all.</summary>
    [Range(1, 100_000_000)]
    public int? Problems { get; init; }

    /// <summary>Problems in one shard: the unit of progress and of checkpoints.</summary>
    [Range(1, 1_000_000)]
    public int ShardProblems { get; init; } = 64;

    /// <summary>Tokens of prompts, padding included, that are read at once; null: 65,536. Bounds the activations of many long prompts. Another number may change an output by rounding.</summary>
    [Range(1, 1_000_000_000), AbsentFromKeyWhenNull]
    public int? MaxPrefillTokens { get; init; }

    /// <summary>Distinct texts kept of one problem.</summary>
    [Range(1, 4096)]
    public int KeepPerProblem { get; init; } = 2;

    /// <summary>The format that an output must have.</summary>
    public AnswerFormat Format { get; init; } = AnswerFormat.ThinkAnswer;

    /// <summary>Smallest language consistency that is kept; 0 switches the filter off.</summary>
    [Range(0.0, 1.0)]
    public double MinLanguage { get; init; } = 1.0;

    /// <summary>Longest output in tokens that is kept ("long paragraphs" are dropped); null: no limit.</summary>
    [Range(1, 1_048_576)]
    public int? MaxKeptTokens { get; init; }

    /// <summary>Drop an output in which a run of so many tokens occurs three times or more; 0 switches the filter off.</summary>
    [Range(0, 1_000_000)]
    public int RepetitionTokens { get; init; } = 24;

    /// <summary>Drop outputs with a fenced code block in the chain of thought.</summary>
    public bool DropCodeBlocks { get; init; } = true;

    /// <summary>General rows merged in, as a share of the kept reasoning rows (the paper: about 200K to 600K).</summary>
    [Range(0.0, 100.0)]
    public double GeneralShare { get; init; } = 0.25;

    /// <summary>Fail when fewer reasoning rows are kept. 0 lets a stage that kept nothing go on with the general rows alone.</summary>
    [Range(0, 100_000_000), OutsideKey(IsLimit = true)]
    public int MinKept { get; init; } = 1;

    /// <summary>General rows to merge when no reasoning row was kept at all (only with <c>min-kept: 0</c>).</summary>
    [Range(0, 100_000_000)]
    public int GeneralRowsWhenNoneKept { get; init; } = 256;

    /// <summary>
    /// Who says whether an output is right where no rule can: rows of the task <c>judge</c>, and rows whose gold the mathematics grader cannot read (r1-recipe.md 5.4).
    /// It is asked last, about outputs that passed the other filters. null: such rows are refused.
    /// </summary>
    [AbsentFromKeyWhenNull]
    public JudgeOptions? Judge { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> PassedVariables() => Judge?.KeyEnv is { } name ? [name] : [];
}
