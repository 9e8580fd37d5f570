using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.StageHost.Steps;

/// <summary>What the training thread is at, written by it and read by the heartbeat thread without a lock.</summary>
/// <param name="mark">Told every number of steps done, for the owner of a worker that crashed; null: nobody asks.</param>
public sealed class ProgressCounters(StepMark? mark = null)
{
    private volatile string _phase = "starting";
    private volatile IReadOnlyDictionary<string, double> _live = new Dictionary<string, double>();
    private long _stepsDone;
    private long _stepsPlanned;
    private long _stepsExecuted;
    private long _resumedFrom;
    private long _progress;

    /// <summary>What is being done.</summary>
    public string Phase
    {
        get => _phase;
        set => _phase = value;
    }

    /// <summary>The newest figures.</summary>
    public IReadOnlyDictionary<string, double> Live
    {
        get => _live;
        set => _live = value;
    }

    /// <summary>Steps done, over all attempts.</summary>
    public long StepsDone
    {
        get => Interlocked.Read(ref _stepsDone);
        set
        {
            Interlocked.Exchange(ref _stepsDone, value);
            mark?.Set(value);
        }
    }

    /// <summary>Steps planned; 0 while not known.</summary>
    public long StepsPlanned
    {
        get => Interlocked.Read(ref _stepsPlanned);
        set => Interlocked.Exchange(ref _stepsPlanned, value);
    }

    /// <summary>Steps computed by this attempt.</summary>
    public long StepsExecuted
    {
        get => Interlocked.Read(ref _stepsExecuted);
        set => Interlocked.Exchange(ref _stepsExecuted, value);
    }

    /// <summary>Step that this attempt went on from.</summary>
    public long ResumedFrom
    {
        get => Interlocked.Read(ref _resumedFrom);
        set => Interlocked.Exchange(ref _resumedFrom, value);
    }

    /// <summary>Counts work: the sign of life of the training thread.</summary>
    public void Add(long count) => Interlocked.Add(ref _progress, count);

    /// <summary>The heartbeat of this moment.</summary>
    public HeartbeatMessage Heartbeat(long sequence) => new()
    {
        Sequence = sequence,
        Phase = Phase,
        StepsDone = StepsDone,
        StepsPlanned = StepsPlanned,
        StepsExecuted = StepsExecuted,
        ResumedFrom = ResumedFrom,
        ProgressCount = Interlocked.Read(ref _progress),
        ResidentBytes = Environment.WorkingSet,
        Live = Live,
    };
}
