using R1Pipeline.StageHost.Steps;

namespace R1Pipeline.StageHost.Channel;

/// <summary>
/// Posts a heartbeat every second from a thread of its own, so that a long native call does not cost the lease. It reports the training
/// thread's counters and never moves them: heartbeats prove that the process lives, the counters that it works.
/// </summary>
internal sealed class HeartbeatThread : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly OwnerChannel _channel;
    private readonly ProgressCounters _progress;
    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread _thread;

    public HeartbeatThread(OwnerChannel channel, ProgressCounters progress)
    {
        (_channel, _progress) = (channel, progress);
        _thread = new Thread(Beat) { IsBackground = true, Name = "heartbeat" };
        _thread.Start();
    }

    public void Dispose()
    {
        _ended.Set();
        if (_thread.Join(Interval)) _ended.Dispose(); // else it is stuck in a write to an owner that does not read; it dies with the process
    }

    private void Beat()
    {
        do
        {
            if (!_channel.TryPost(_progress.Heartbeat)) return;
        }
        while (!_ended.Wait(Interval));
    }
}
