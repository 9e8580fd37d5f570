using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Pruning;

/// <summary>
/// Frees the disk of a run at rest: checkpoints of done stages, all but the newest good ones of the others, and what dead attempts left half written.
/// Holds the run's lock meanwhile and refuses a run that has an owner, here (its lock) or on another machine (its lease); never touches a stage that another run is on its way through with the same key,
/// for that run may go on from it. Rows go before folders: a folder without a row is waste that the next clean-up finds, a row without a folder would be a lie.
/// </summary>
public sealed class CheckpointPruner(IRunStore store, string stateDirectory, TimeProvider time)
{
    /// <summary>Cleans up.</summary>
    /// <param name="run">Run id.</param>
    /// <param name="keep">Good checkpoints that stay of a stage that is not done.</param>
    /// <param name="stage">Only this stage; null: all.</param>
    /// <param name="dryRun">Only says what it would do.</param>
    /// <exception cref="RunRefusedException">No such run or stage (exit code 2), or the run has an owner.</exception>
    public PruneOutcome Prune(string run, int keep, string? stage, bool dryRun)
    {
        var directory = new RunDirectory(stateDirectory, run);
        if (store.Find(run) is null) throw new RunRefusedException($"there is no run '{run}' in {stateDirectory}; `r1 runs` lists them", exitCode: 2);
        using var held = RunLock.TryTake(directory) ?? throw new RunRefusedException(
            $"run {run} is being worked on by process {store.Find(run)?.OwnerPid?.ToString() ?? "(starting)"}; prune it when it rests");
        if (store.FindLiveLease(run, time.GetUtcNow()) is { } lease) throw Leased(run, lease);
        var state = store.Find(run)!;
        if (stage is not null && state.Stages.All(other => other.Name != stage))
        {
            throw new RunRefusedException($"run {run} has no stage '{stage}'; it has {string.Join(", ", state.Stages.Select(other => other.Name))}", exitCode: 2);
        }

        var dropped = new List<PrunedCheckpoint>();
        var spared = new List<(string, string)>();
        foreach (var one in state.Stages.Where(one => stage is null || one.Name == stage))
        {
            var rows = store.Checkpoints(run, one.Name);
            if (rows.Count > 0 && UserOf(run, one) is { } user)
            {
                spared.Add((one.Name, $"run {user} computes the same stage and may go on from it"));
                continue;
            }
            var stays = one.State == ExecutionState.Done ? [] : NewestGood(rows, one.Key, keep);
            var goes = rows.Where(row => !stays.Contains(row)).ToList();
            dropped.AddRange(goes.Where(row => row.State == CheckpointRow.Committed).Select(row => new PrunedCheckpoint(one.Name, row.Step, Reference(row).Directory, row.Bytes)));
            if (!dryRun) Drop(run, one, goes, stays);
        }
        if (!dryRun) new ArtifactStore(RunDirectory.ArtifactsOf(stateDirectory)).RemoveOrphans();
        return new PruneOutcome(dropped, spared);
    }

    private void Drop(string run, StageState stage, List<CheckpointRow> goes, List<CheckpointRow> stays)
    {
        var now = time.GetUtcNow();
        if (goes.Count > 0 && !store.DropCheckpoints(run, stage.Name, [.. goes.Select(row => row.Folder)], now))
        {
            throw store.FindLiveLease(run, now) is { } lease ? Leased(run, lease) : new RunRefusedException($"run {run} was taken up meanwhile; prune it when it rests");
        }
        // With the lock held nobody on this machine writes here: whatever no row names is left over, this clean-up's own work included. An attempt that
        // another machine may have started since has a newer token than all that are known.
        long newest = stage.Attempts.Select(attempt => attempt.Token).DefaultIfEmpty().Max();
        CheckpointCleaner.RemoveOrphans(new RunDirectory(stateDirectory, run).Stage(stage.Name), [.. stays.Select(Reference)], newest + 1);
    }

    private static RunRefusedException Leased(string run, LiveLease lease) => new(
        $"run {run} is being worked on by {lease.Owner}, whose lease on stage {lease.Stage} ends at {lease.Expires:u} unless it is renewed; prune it when it rests, or once the lease of a dead owner is over");

    /// <summary>Another run that is on its way through the same stage key; null: none.</summary>
    private string? UserOf(string run, StageState stage) => stage.Key is null ? null : store.Runs()
        .Where(other => other.Run != run && other.State != ExecutionState.Done)
        .FirstOrDefault(other => store.Find(other.Run)!.Stages.Any(theirs => theirs.Key == stage.Key && theirs.State != ExecutionState.Done))?.Run;

    private List<CheckpointRow> NewestGood(IReadOnlyList<CheckpointRow> rows, string? key, int keep) =>
    [
        .. rows.Where(row => row.State == CheckpointRow.Committed)
            .OrderByDescending(row => row.Step).ThenByDescending(row => row.Token)
            .Where(row => CheckpointReader.FirstProblem(Reference(row), key) is null)
            .Take(keep),
    ];

    private CheckpointRef Reference(CheckpointRow row) => new(row.Step, Path.GetFullPath(row.Folder, stateDirectory), row.Sha256, row.Bytes);
}
