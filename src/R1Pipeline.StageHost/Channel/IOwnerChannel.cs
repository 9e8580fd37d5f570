using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.StageHost.Channel;

/// <summary>The worker's line to its owner, as far as a stage's host needs it.</summary>
public interface IOwnerChannel
{
    /// <summary>Whether the owner, or the system, asked for a checkpoint and an end.</summary>
    bool StopRequested { get; }

    /// <summary>Sends a message and returns once the owner committed it.</summary>
    /// <param name="message">Makes the message with the sequence number it is given.</param>
    /// <exception cref="StageFailedException">Class <see cref="StageFailureClass.LeaseLost"/>.</exception>
    void Commit(Func<long, WorkerMessage> message);

    /// <summary>Throws unless the lease is still ours by our own clock. Called before anything becomes visible on disk.</summary>
    /// <exception cref="StageFailedException">Class <see cref="StageFailureClass.LeaseLost"/>.</exception>
    void DemandLease();

    /// <summary>Asks the owner, who looks at the store's token, and returns once it confirmed.</summary>
    /// <exception cref="StageFailedException">Class <see cref="StageFailureClass.LeaseLost"/>.</exception>
    void ConfirmLease();
}
