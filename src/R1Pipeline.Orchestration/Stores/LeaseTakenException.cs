namespace R1Pipeline.Orchestration.Stores;

/// <summary>A newer token was given out for the stage: whoever still holds the old one must stop, and has written nothing since.</summary>
public sealed class LeaseTakenException(Lease lease)
    : Exception($"another owner took stage {lease.Stage} of run {lease.Run} over (token {lease.Token} is no longer the newest); nothing was written since")
{
    /// <summary>The lost lease.</summary>
    public Lease Lease { get; } = lease;
}
