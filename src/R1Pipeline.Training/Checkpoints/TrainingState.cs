namespace R1Pipeline.Training.Checkpoints;

/// <summary>What a checkpoint knows beside its tensors. Everything else follows from counters.</summary>
public sealed record TrainingState
{
    /// <summary>Optimizer steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Loss of the last step.</summary>
    public required double Loss { get; init; }

    /// <summary>Further figures that a loop carries from step to step.</summary>
    public IReadOnlyDictionary<string, double> Values { get; init; } = new Dictionary<string, double>();
}
