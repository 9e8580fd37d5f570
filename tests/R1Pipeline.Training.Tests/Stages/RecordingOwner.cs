using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Channel;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>An owner that commits everything and remembers it. Can ask for a stop once so many checkpoints are committed.</summary>
internal sealed class RecordingOwner(int? stopAfterCheckpoints = null) : IOwnerChannel
{
    private long _sequence;

    public List<CheckpointMessage> Checkpoints { get; } = [];

    public List<RolloutShard> Rollouts { get; } = [];

    /// <summary>Asks for a stop from now on.</summary>
    public bool Stop { get; set; }

    public bool StopRequested => Stop || Checkpoints.Count >= stopAfterCheckpoints;

    public void Commit(Func<long, WorkerMessage> message)
    {
        switch (message(++_sequence))
        {
            case CheckpointMessage checkpoint: Checkpoints.Add(checkpoint); break;
            case RolloutsMessage rollouts: Rollouts.Add(rollouts.Shard); break;
        }
    }

    public void DemandLease()
    {
    }

    public void ConfirmLease()
    {
    }
}
