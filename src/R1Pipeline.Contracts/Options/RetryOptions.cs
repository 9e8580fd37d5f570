using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>
/// How often a stage is tried again, by how its attempts failed. What no retry can mend (user data, a numeric guard, a missed gate) has none, and an
/// interruption or a full disk uses none up. The counts begin anew when somebody resumes a failed run.
/// </summary>
public sealed record RetryOptions
{
    /// <summary>Retries after crashes: a signal, an exit code that means nothing, a bug in the stage. Each goes on from the last checkpoint, after a pause that doubles.</summary>
    [Range(0, 1000)]
    public int NativeCrash { get; init; } = 4;

    /// <summary>Retries after memory ran out, each with half the micro-batch; one that cannot be halved ends them.</summary>
    [Range(0, 1000)]
    public int OutOfMemory { get; init; } = 10;

    /// <summary>Retries after hangs (see <c>stall-timeout-seconds</c>).</summary>
    [Range(0, 1000)]
    public int Stalled { get; init; } = 3;

    /// <summary>Retries after leases that could not be renewed: a machine that was suspended, an owner that was too busy to answer.</summary>
    [Range(0, 1000)]
    public int LeaseLost { get; init; } = 10;

    /// <summary>
    /// Failures of one class after one and the same step, one after the other, that stop the stage with a diagnosis, whatever retries are left.
    /// Out-of-memory failures are not counted: each retry has a smaller micro-batch and is another try.
    /// </summary>
    [Range(2, 1000)]
    public int SameStep { get; init; } = 3;
}
