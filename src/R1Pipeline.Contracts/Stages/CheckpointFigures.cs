namespace R1Pipeline.Contracts.Stages;

/// <summary>What <c>r1 bench checkpoint</c> measured. Crosses the process border as JSON.</summary>
public sealed record CheckpointFigures
{
    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of a checkpoint: weights and two moments.</summary>
    public required long Bytes { get; init; }

    /// <summary>Each save while the training waits: write, hash, fsync, commit. The copy that goes before is not counted.</summary>
    public required IReadOnlyList<double> SynchronousSeconds { get; init; }

    /// <summary>How long each save kept the training thread while it was written beside the training.</summary>
    public required IReadOnlyList<double> StallSeconds { get; init; }

    /// <summary>A step while nothing is saved, median.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>A step while a checkpoint is being written, median: both share the processor, the memory and the disk.</summary>
    public required double StepWhileSavingSeconds { get; init; }

    /// <summary>Steps that were done while checkpoints were being written.</summary>
    public required int StepsWhileSaving { get; init; }

    /// <summary>Median stall as a share of the median synchronous save.</summary>
    public double StallShare => Median(StallSeconds) / Median(SynchronousSeconds);

    /// <summary>The middle one.</summary>
    public static double Median(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 2);
}
