using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Orchestration;

/// <summary>How a <see cref="RunEngine"/> works on this node. Nothing here can change a result.</summary>
public sealed record RunEngineOptions
{
    /// <summary>The state folder, absolute.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>How a worker is started.</summary>
    public required WorkerCommand Worker { get; init; }

    /// <summary>Stages that may compute side by side on this node, all runs together; default: one a core.</summary>
    public int Slots { get; init; } = Environment.ProcessorCount;

    /// <summary>Folder of the node's slot locks; null: one a user in the temporary folder, shared by all state folders.</summary>
    public string? SlotsDirectory { get; init; }

    /// <summary>Whether a run that waits for a slot asks the running attempt of the lowest priority, if it is lower than its own, to checkpoint and give its slot away.</summary>
    public bool Preempt { get; init; }

    /// <summary>Silence after which a lease is lost.</summary>
    public TimeSpan LeaseLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time that workers get to checkpoint after a stop request.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Pause before the first retry; it doubles with every further one, up to a minute.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);
}
