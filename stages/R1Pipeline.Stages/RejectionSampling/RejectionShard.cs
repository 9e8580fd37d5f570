namespace R1Pipeline.Stages.RejectionSampling;

/// <summary>What one shard of problems gave. A line of the stage's checkpoint.</summary>
internal sealed record RejectionShard
{
    /// <summary>Outputs sampled.</summary>
    public required int NumSampled { get; init; }

    /// <summary>Outputs that passed every filter, duplicates and surplus ones included.</summary>
    public required int NumPassed { get; init; }

    /// <summary>Outputs dropped, by reason.</summary>
    public required IReadOnlyDictionary<string, int> Dropped { get; init; }

    /// <summary>Outputs kept, in the order of the problems and of their samples.</summary>
    public required IReadOnlyList<KeptOutput> Kept { get; init; }
}
