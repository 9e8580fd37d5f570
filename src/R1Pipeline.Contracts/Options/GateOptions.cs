using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>A figure that a stage's own output must reach before it is accepted.</summary>
public sealed record GateOptions
{
    /// <summary>Data source to measure on (training stages); null on an evaluation stage, which names a <see cref="Task"/>.</summary>
    public string? Data { get; init; }

    /// <summary>A task of this evaluation stage.</summary>
    public string? Task { get; init; }

    /// <summary>Evaluation stage: the stage whose model is measured.</summary>
    public string? Model { get; init; }

    /// <summary>Evaluation stage: the stage whose figure is subtracted first; null: none.</summary>
    public string? RelativeTo { get; init; }

    /// <summary>Name of the figure, as in <c>status --json</c> with hyphens: <c>pass-at-1</c>, <c>loose-pass-at-1</c>, <c>pass-at-k</c>, <c>loose-pass-at-k</c>, <c>cons-at-k</c>, <c>format-rate</c>, <c>mixing-rate</c>.</summary>
    [AllowedValues("pass-at-1", "loose-pass-at-1", "pass-at-k", "loose-pass-at-k", "cons-at-k", "format-rate", "mixing-rate")]
    public string Metric { get; init; } = "pass-at-1";

    /// <summary>The smallest value that passes; null: no lower limit.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The largest value that passes; null: no upper limit.</summary>
    public double? AtMost { get; init; }

    /// <summary>Temperature (training stages).</summary>
    [Range(0.0, 100.0)]
    public double Temperature { get; init; } = 1.0;

    /// <summary>Samples of one problem (training stages).</summary>
    [Range(1, 4096)]
    public int Samples { get; init; } = 1;

    /// <summary>At most so many rows (training stages); null: all.</summary>
    [Range(1, 100_000_000)]
    public int? Rows { get; init; }

    /// <summary>Longest output in tokens (training stages).</summary>
    [Range(1, 1_048_576)]
    public int MaxNewTokens { get; init; } = 32768;

    /// <summary>The format that counts as well-formed (training stages).</summary>
    public AnswerFormat Format { get; init; } = AnswerFormat.ThinkAnswer;
}
