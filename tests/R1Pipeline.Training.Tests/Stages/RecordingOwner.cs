using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Channel;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>
/// An owner that commits everything and remembers it: a checkpoint's thread and the training thread may call at once. Can ask for a stop once so many
/// checkpoints are committed.
/// </summary>
internal sealed class RecordingOwner(int? stopAfterCheckpoints = null) : IOwnerChannel
{
    private readonly Lock _gate = new();
    private long _sequence;

    public List<CheckpointMessage> Checkpoints { get; } = [];

    public List<RolloutShard> Rollouts { get; } = [];

    /// <summary>Asks for a stop from now on.</summary>
    public bool Stop { get; set; }

    public bool StopRequested
    {
        get
        {
            lock (_gate) return Stop || Checkpoints.Count >= stopAfterCheckpoints;
        }
    }

    public void Commit(Func<long, WorkerMessage> message)
    {
        lock (_gate)
        {
            switch (message(++_sequence))
            {
                case CheckpointMessage checkpoint: Checkpoints.Add(checkpoint); break;
                case RolloutsMessage rollouts: Rollouts.Add(rollouts.Shard); break;
            }
        }
    }

    public void DemandLease()
    {
    }

    public void ConfirmLease()
    {
    }
}
