using System.Text.Json.Serialization;

namespace R1Pipeline.Contracts.Stages;

/// <summary>
/// One line of JSON from a worker to its owner, on the worker's standard output.
/// Each carries the sequence number that the owner's <see cref="OwnerMessage"/> answers.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "r1")]
[JsonDerivedType(typeof(HeartbeatMessage), "heartbeat")]
[JsonDerivedType(typeof(CheckpointMessage), "checkpoint")]
[JsonDerivedType(typeof(RolloutsMessage), "rollouts")]
[JsonDerivedType(typeof(ReportMessage), "report")]
public abstract record WorkerMessage
{
    /// <summary>Grows by one with every message of the attempt.</summary>
    public required long Sequence { get; init; }
}

/// <summary>The worker lives; sent every second or so. Each one renews the lease.</summary>
public sealed record HeartbeatMessage : WorkerMessage
{
    /// <summary>What the stage does: <c>loading</c>, <c>rollouts</c>, <c>update</c>, <c>sampling</c>, …</summary>
    public required string Phase { get; init; }

    /// <summary>Steps done, of this and all earlier attempts.</summary>
    public required long StepsDone { get; init; }

    /// <summary>Steps planned; 0 while not yet known.</summary>
    public required long StepsPlanned { get; init; }

    /// <summary>Steps computed by this attempt, those that a resume repeats included.</summary>
    public required long StepsExecuted { get; init; }

    /// <summary>Step that this attempt went on from; 0: from the start.</summary>
    public required long ResumedFrom { get; init; }

    /// <summary>Tokens, rows and steps worked through; written by the training thread. Unchanged for the stall timeout means hung.</summary>
    public required long ProgressCount { get; init; }

    /// <summary>Resident set, in bytes.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>The newest figures, for the eye; not committed.</summary>
    public IReadOnlyDictionary<string, double> Live { get; init; } = new Dictionary<string, double>();
}

/// <summary>A checkpoint lies complete on disk. It counts from the moment that the owner acknowledges it.</summary>
public sealed record CheckpointMessage : WorkerMessage
{
    /// <summary>The checkpoint.</summary>
    public required CheckpointRef Checkpoint { get; init; }

    /// <summary>Figures of the steps since the last one.</summary>
    public required IReadOnlyList<StepMetrics> Metrics { get; init; }

    /// <summary>Checkpoint folders that may be dropped once this one is committed.</summary>
    public IReadOnlyList<string> Superseded { get; init; } = [];
}

/// <summary>The rollouts of an iteration lie complete on disk; acknowledged before the iteration's first update.</summary>
public sealed record RolloutsMessage : WorkerMessage
{
    /// <summary>The shard.</summary>
    public required RolloutShard Shard { get; init; }
}

/// <summary>The attempt ended. Acknowledged before the worker exits.</summary>
public sealed record ReportMessage : WorkerMessage
{
    /// <summary>How.</summary>
    public required StageReport Report { get; init; }
}
