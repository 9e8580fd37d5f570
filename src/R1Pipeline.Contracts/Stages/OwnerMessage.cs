using System.Text.Json.Serialization;

namespace R1Pipeline.Contracts.Stages;

/// <summary>One line of JSON from the owner to a worker, on the worker's standard input. End of file means that the owner is gone: the worker ends at once.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "r1")]
[JsonDerivedType(typeof(AcknowledgedMessage), "acknowledged")]
[JsonDerivedType(typeof(FencedMessage), "fenced")]
[JsonDerivedType(typeof(HoldMessage), "hold")]
[JsonDerivedType(typeof(StopMessage), "stop")]
public abstract record OwnerMessage;

/// <summary>A message is committed, and with it the lease renewed.</summary>
public sealed record AcknowledgedMessage : OwnerMessage
{
    /// <summary>Sequence number of the message.</summary>
    public required long Sequence { get; init; }
}

/// <summary>The lease is lost: the worker writes nothing more and ends with <see cref="WorkerExitCode.LeaseLost"/>.</summary>
public sealed record FencedMessage : OwnerMessage
{
    /// <summary>Sequence number of the refused message.</summary>
    public required long Sequence { get; init; }
}

/// <summary>
/// The owner lives and holds the run, but its store does not answer yet: the lease goes on, the acknowledgements come later. Without it a worker that
/// waits for one would take the owner for dead and throw away what it computed since its last checkpoint.
/// </summary>
public sealed record HoldMessage : OwnerMessage;

/// <summary>Commit a checkpoint and end with <see cref="WorkerExitCode.Interrupted"/>.</summary>
public sealed record StopMessage : OwnerMessage;
