using R1Pipeline.Contracts.Options;

namespace R1Pipeline.StageHost.Steps;

/// <summary>When a checkpoint is due: after so many steps or so much time since the last one was taken, whichever comes first.</summary>
internal sealed class CheckpointCadence
{
    private readonly int _everySteps;
    private readonly TimeSpan? _everyTime;
    private readonly TimeProvider _time;
    private long _takenAt;

    /// <param name="options">Both cadences.</param>
    /// <param name="step">Steps done in the checkpoint that the attempt goes on from; 0: none.</param>
    /// <param name="time">A clock that no setting of the date moves.</param>
    public CheckpointCadence(StageOptions options, long step, TimeProvider time)
    {
        (_everySteps, _time, TakenStep, _takenAt) = (options.CheckpointEverySteps, time, step, time.GetTimestamp());
        _everyTime = options.CheckpointEverySeconds == 0 ? null : TimeSpan.FromSeconds(options.CheckpointEverySeconds);
    }

    /// <summary>Step of the newest checkpoint, committed or under way.</summary>
    public long TakenStep { get; private set; }

    public bool IsDue(long stepsDone) =>
        stepsDone > TakenStep && (stepsDone - TakenStep >= _everySteps || (_everyTime is { } time && _time.GetElapsedTime(_takenAt) >= time));

    public void Taken(long step) => (TakenStep, _takenAt) = (step, _time.GetTimestamp());
}
