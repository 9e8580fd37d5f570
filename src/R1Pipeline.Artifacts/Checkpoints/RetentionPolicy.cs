using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Artifacts.Checkpoints;

/// <summary>
/// Which checkpoints of a stage stay: the newest, the best by a figure of their step, and the first at or after every so many steps. One reason is
/// enough. Deletes nothing itself.
/// </summary>
/// <param name="keepNewest">Newest ones that stay.</param>
/// <param name="keepBest">Best ones that stay; 0: none.</param>
/// <param name="bestMetric">Figure by which the best are chosen; a checkpoint without it is no candidate.</param>
/// <param name="bestOrder">Which end of it is the best.</param>
/// <param name="keepEvery">Steps, the first checkpoint at or after each multiple of which stays; 0: none.</param>
public sealed class RetentionPolicy(int keepNewest, int keepBest = 0, string bestMetric = "loss", BestOrder bestOrder = BestOrder.Lower, int keepEvery = 0)
{
    /// <summary>The policy that a stage's options ask for.</summary>
    public static RetentionPolicy Of(StageOptions options) =>
        new(options.KeepCheckpoints, options.KeepBest, options.KeepBestMetric, options.KeepBestOrder, options.KeepEvery);

    /// <summary>Those that may go.</summary>
    /// <param name="checkpoints">All good ones, newest first.</param>
    /// <param name="figuresOf">The figures of a checkpoint's step.</param>
    public IReadOnlyList<CheckpointRef> Superfluous(IReadOnlyList<CheckpointRef> checkpoints, Func<CheckpointRef, IReadOnlyDictionary<string, double>> figuresOf)
    {
        HashSet<CheckpointRef> kept = [.. checkpoints.Take(keepNewest), .. Best(checkpoints, figuresOf), .. Milestones(checkpoints)];
        return [.. checkpoints.Where(checkpoint => !kept.Contains(checkpoint))];
    }

    private IEnumerable<CheckpointRef> Best(IReadOnlyList<CheckpointRef> checkpoints, Func<CheckpointRef, IReadOnlyDictionary<string, double>> figuresOf)
    {
        if (keepBest == 0) return [];
        int sign = bestOrder == BestOrder.Lower ? 1 : -1;
        return checkpoints
            .Select(checkpoint => (Checkpoint: checkpoint, Figure: figuresOf(checkpoint).GetValueOrDefault(bestMetric, double.NaN)))
            .Where(candidate => !double.IsNaN(candidate.Figure))
            .OrderBy(candidate => sign * candidate.Figure).ThenByDescending(candidate => candidate.Checkpoint.Step)
            .Take(keepBest)
            .Select(candidate => candidate.Checkpoint);
    }

    // Of the checkpoints between two multiples only the first is a milestone, so that what was pruned before changes nothing.
    private IEnumerable<CheckpointRef> Milestones(IReadOnlyList<CheckpointRef> checkpoints)
    {
        if (keepEvery == 0) yield break;
        long passed = 0;
        foreach (CheckpointRef checkpoint in checkpoints.OrderBy(checkpoint => checkpoint.Step))
        {
            if (checkpoint.Step / keepEvery <= passed) continue;
            passed = checkpoint.Step / keepEvery;
            yield return checkpoint;
        }
    }
}
