using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.StageHost.Steps;

/// <summary>
/// Holds the figures of steps that are done but not yet committed. Every step appears once: those that a resumed attempt repeats, because
/// its loop begins earlier or because the newest checkpoint was damaged, are counted as executed and not reported again.
/// A gap, or a repetition beyond that, is a bug of the stage and refused.
/// </summary>
internal sealed class StepLedger
{
    private readonly long _resumedFrom;
    private readonly long _committedThrough;
    private readonly List<StepMetrics> _pending = [];

    /// <param name="resumedFrom">Step of the checkpoint that the attempt went on from; 0: none.</param>
    /// <param name="committedThrough">Last step whose figures the owner has; at least <paramref name="resumedFrom"/>.</param>
    public StepLedger(long resumedFrom, long committedThrough)
    {
        Done = _resumedFrom = resumedFrom;
        _committedThrough = committedThrough;
    }

    /// <summary>Steps done, over all attempts.</summary>
    public long Done { get; private set; }

    /// <summary>Steps computed here.</summary>
    public long Executed { get; private set; }

    /// <summary>Figures of the newest step; null before the first.</summary>
    public StepMetrics? Newest { get; private set; }

    /// <summary>Figures that wait for the next commit, in step order.</summary>
    public IReadOnlyList<StepMetrics> Pending => [.. _pending];

    public void Complete(StepMetrics metrics)
    {
        if (metrics.Step > _resumedFrom)
        {
            if (metrics.Step != Done + 1) throw new InvalidOperationException($"step {metrics.Step} was completed after step {Done}; steps are completed one by one");
            Done = metrics.Step;
            Newest = metrics;
            if (metrics.Step > _committedThrough) _pending.Add(metrics);
        }
        Executed++;
    }

    /// <summary>Hands the pending figures to the checkpoint that is being taken: they are pending no more, whatever becomes of it, for a failed save ends the attempt.</summary>
    public IReadOnlyList<StepMetrics> TakePending()
    {
        StepMetrics[] taken = [.. _pending];
        _pending.Clear();
        return taken;
    }
}
