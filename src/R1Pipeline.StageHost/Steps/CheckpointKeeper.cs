using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.StageHost.Steps;

/// <summary>Decides when a checkpoint is due and which older ones it makes superfluous; deletes those only after the owner committed the newer one.</summary>
/// <param name="everySteps">Cadence.</param>
/// <param name="keep">Good checkpoints that stay.</param>
/// <param name="good">Usable ones of earlier attempts, newest first; the first is what the attempt resumed from.</param>
/// <param name="useless">Damaged ones and ones of another key: the first commit supersedes them.</param>
/// <param name="borrowed">One of another run that the attempt resumed from: counted from, never dropped. Null: none.</param>
internal sealed class CheckpointKeeper(
    int everySteps, int keep, IReadOnlyList<CheckpointRef> good, IReadOnlyList<CheckpointRef> useless, CheckpointRef? borrowed = null)
{
    private CheckpointRef? _newest = borrowed ?? (good.Count > 0 ? good[0] : null);
    private readonly List<CheckpointRef> _kept = [.. good];
    private readonly List<CheckpointRef> _useless = [.. useless];

    /// <summary>The newest usable checkpoint.</summary>
    public CheckpointRef? Newest => _newest;

    public bool IsDue(long stepsDone) => stepsDone - (Newest?.Step ?? 0) >= everySteps;

    /// <summary>What goes once <paramref name="next"/> is committed.</summary>
    public IReadOnlyList<CheckpointRef> SupersededBy(CheckpointRef next) =>
        [.. _kept.Where(checkpoint => checkpoint.Directory != next.Directory).Skip(keep - 1), .. _useless];

    /// <summary><paramref name="next"/> is committed: drops what it superseded.</summary>
    public void Committed(CheckpointRef next)
    {
        IReadOnlyList<CheckpointRef> superseded = SupersededBy(next);
        _kept.RemoveAll(superseded.Contains);
        _useless.Clear();
        _kept.Insert(0, next);
        _newest = next;
        foreach (CheckpointRef checkpoint in superseded) CheckpointCleaner.Remove(checkpoint.Directory);
    }
}
