using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>
/// When an RL stage says that its reward may be fooled. An alarm changes nothing and stops nothing: it stands in the metrics as <c>alarm-…</c>, in the log, in status and report.
/// Each looks at the last <c>window</c> iterations, in two halves: <i>before</i> and <i>recent</i> are means over them. null switches an alarm off.
/// </summary>
public sealed record AlarmOptions
{
    /// <summary>Iterations that are looked at; alarms that compare halves are silent until there are so many.</summary>
    [Range(2, 10_000)]
    public int Window { get; init; } = 20;

    /// <summary>
    /// <c>reward-without-accuracy</c>: recent reward - before ≥ this, while accuracy rose by no more than <c>accuracy-rise</c> and is not within that of 1. Accuracy on held-out questions where the stage
    /// measures it (<c>held-out-questions</c>), else the rollouts' own.
    /// </summary>
    [Range(0.0, 1000.0)]
    public double? RewardRise { get; init; } = 0.1;

    /// <summary>The rise of accuracy that counts as none.</summary>
    [Range(0.0, 1.0)]
    public double AccuracyRise { get; init; } = 0.01;

    /// <summary><c>length-runaway</c>: recent tokens of an output / before ≥ this.</summary>
    [Range(1.0, 1000.0)]
    public double? LengthGrowth { get; init; } = 2;

    /// <summary><c>repetition-runaway</c>: recent share of repeated runs of four tokens - before ≥ this.</summary>
    [Range(0.0, 1.0)]
    public double? RepetitionRise { get; init; } = 0.2;

    /// <summary><c>dominant-PART</c>: the share of the reward's spread inside groups that comes from one part other than accuracy ≥ this, in every recent iteration.</summary>
    [Range(0.0, 10.0)]
    public double? DominantShare { get; init; } = 0.95;

    /// <summary>
    /// <c>saturated-PART</c>: the deviation of a weighted part inside groups ≤ this in every recent iteration: it tells outputs apart no more. Not for format and language,
    /// which are meant to be full.
    /// </summary>
    [Range(0.0, 1000.0)]
    public double? SaturatedSpread { get; init; } = 0.01;

    /// <summary><c>errors-PART</c>: the recent share of outputs on which a part failed ≥ this.</summary>
    [Range(0.0, 1.0)]
    public double? ErrorShare { get; init; } = 0.05;
}
