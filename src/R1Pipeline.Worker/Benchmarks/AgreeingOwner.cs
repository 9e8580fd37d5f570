using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Channel;

namespace R1Pipeline.Worker.Benchmarks;

/// <summary>An owner that commits at once whatever it is told, and counts the checkpoints.</summary>
internal sealed class AgreeingOwner : IOwnerChannel
{
    private long _sequence;
    private int _checkpoints;

    /// <summary>Checkpoints committed so far.</summary>
    public int Checkpoints => Volatile.Read(ref _checkpoints);

    public bool StopRequested => false;

    public void Commit(Func<long, WorkerMessage> message)
    {
        if (message(Interlocked.Increment(ref _sequence)) is CheckpointMessage) Interlocked.Increment(ref _checkpoints);
    }

    public void DemandLease()
    {
        // Nobody else wants this stage.
    }

    public void ConfirmLease()
    {
        // As above.
    }
}
