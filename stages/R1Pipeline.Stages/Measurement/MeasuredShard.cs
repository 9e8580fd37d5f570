namespace R1Pipeline.Stages.Measurement;

/// <summary>The graded samples of one shard of a task. A line of an evaluation's checkpoint.</summary>
internal sealed record MeasuredShard
{
    /// <summary>The stage whose model was measured; empty for a gate, which measures its own.</summary>
    public string Model { get; init; } = "";

    /// <summary>The task.</summary>
    public required string Task { get; init; }

    /// <summary>The samples, problem after problem.</summary>
    public required IReadOnlyList<GradedSample> Samples { get; init; }

    /// <summary>Outputs that the report shows.</summary>
    public required IReadOnlyList<ShownSample> Shown { get; init; }
}
