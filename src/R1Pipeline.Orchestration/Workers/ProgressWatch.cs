using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>
/// Tells a worker that computes from one that hangs: by its heartbeats (is the process alive?) and by its progress count (does its training
/// thread work?). When this process itself was stopped (SIGSTOP, a sleeping laptop), silence proves nothing and the clocks start anew.
/// </summary>
internal sealed class ProgressWatch
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _silence;
    private readonly TimeSpan _stall;
    private readonly Lock _gate = new();
    private long _heard;
    private long _moved;
    private long _looked;
    private long _progress = -1;
    private bool _began;

    public ProgressWatch(TimeProvider time, TimeSpan silence, TimeSpan stall)
    {
        (_time, _silence, _stall) = (time, silence, stall);
        _heard = _moved = _looked = time.GetTimestamp();
    }

    /// <summary>A message came.</summary>
    public void Heard(WorkerMessage message)
    {
        lock (_gate)
        {
            _heard = _time.GetTimestamp();
            _began = true;
            if (message is HeartbeatMessage heartbeat && heartbeat.ProgressCount == _progress) return;
            if (message is HeartbeatMessage { ProgressCount: var progress }) _progress = progress;
            _moved = _heard;
        }
    }

    /// <summary>This process does not listen now (its store does not answer): silence and stillness begin to count when it does again.</summary>
    public void Excuse()
    {
        lock (_gate) _heard = _moved = _looked = _time.GetTimestamp();
    }

    /// <summary>What is wrong with the worker; null: nothing. To be asked about once a second.</summary>
    public string? Problem()
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            bool slept = _time.GetElapsedTime(_looked, now) > _silence / 2;
            _looked = now;
            if (slept)
            {
                _heard = _moved = now;
                return null;
            }
            // A process that is only just starting has loading to do before its first word.
            var silence = _began ? _silence : _silence * 4;
            if (_time.GetElapsedTime(_heard, now) > silence) return $"no sign of life for {silence.TotalSeconds:0} s";
            return _began && _time.GetElapsedTime(_moved, now) > _stall ? $"alive but without progress for {_stall.TotalSeconds:0} s" : null;
        }
    }
}
