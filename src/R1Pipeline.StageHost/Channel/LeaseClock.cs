namespace R1Pipeline.StageHost.Channel;

/// <summary>
/// The worker's own view of its lease. It counts from the moment a message was sent, not from its answer, so it never believes in the lease
/// longer than the owner does. Once it ran out it stays lost. Not thread-safe: the channel's lock guards it.
/// </summary>
/// <param name="lifetime">Silence after which the lease is lost.</param>
/// <param name="time">Monotonic clock; it runs on while the process is stopped.</param>
internal sealed class LeaseClock(TimeSpan lifetime, TimeProvider time)
{
    private long _from = time.GetTimestamp();
    private bool _lost;

    public long Now => time.GetTimestamp();

    public bool IsLost => _lost = _lost || time.GetElapsedTime(_from) >= lifetime;

    /// <summary>Time until it is lost; never negative.</summary>
    public TimeSpan Remaining
    {
        get
        {
            TimeSpan left = lifetime - time.GetElapsedTime(_from);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>A message sent at <paramref name="sentAt"/> was acknowledged.</summary>
    public void RenewFrom(long sentAt)
    {
        if (!IsLost) _from = Math.Max(_from, sentAt);
    }
}
