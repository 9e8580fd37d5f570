using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Status;

/// <summary>Reads what <c>runs</c>, <c>status</c>, <c>metrics</c>, <c>rollouts</c> and <c>checkpoints list</c> show, in the shape of their <c>--json</c> contracts. Changes nothing.</summary>
/// <param name="store">The store of the state folder.</param>
/// <param name="stateDirectory">The state folder.</param>
/// <param name="goesOnWith">Whether this process is about to go on with a run although it does not hold its lock now; null: with none.</param>
public sealed class RunReader(IRunStore store, string stateDirectory, Func<string, bool>? goesOnWith = null)
{
    /// <summary>All runs, oldest first.</summary>
    public IReadOnlyList<RunSummary> Runs() =>
        [.. store.Runs().Select(run => run.State == ExecutionState.Running && !IsOwned(run.Run) ? run with { State = ExecutionState.Interrupted } : run)];

    /// <summary>A run in full.</summary>
    /// <exception cref="RunRefusedException">There is no such run; exit code 2.</exception>
    public RunStatus Status(string run)
    {
        var state = Require(run);
        bool owned = state.State == ExecutionState.Running && IsOwned(run);
        return new RunStatus
        {
            Run = state.Id,
            Pipeline = state.Pipeline,
            // A run whose owner died without a word is not running, whatever its row says: it can be resumed at once.
            State = state.State == ExecutionState.Running && !owned ? ExecutionState.Interrupted : state.State,
            OwnerPid = owned ? state.OwnerPid : null,
            Created = state.CreatedAt,
            Stages = [.. state.Stages.Select(stage => Status(run, stage, owned))],
        };
    }

    /// <summary>Committed figures, by stage in file order and step, ascending; those of a cached stage are its origin's.</summary>
    /// <exception cref="RunRefusedException">There is no such run or stage; exit code 2.</exception>
    public IReadOnlyList<StepMetricsRow> Metrics(string run, string? stage = null) =>
        [.. Origins(run, stage).SelectMany(origin => store.Metrics(origin.Run, origin.Stage).Select(row => row with { Stage = origin.Name }))];

    /// <summary>Committed rollouts, read from their shards one at a time; those of a cached stage are its origin's.</summary>
    /// <param name="run">Run id.</param>
    /// <param name="stage">Stage; null: all.</param>
    /// <param name="iteration">Iteration; null: all.</param>
    /// <exception cref="RunRefusedException">There is no such run or stage; exit code 2.</exception>
    public IEnumerable<(string Stage, RolloutRecord Rollout)> Rollouts(string run, string? stage = null, long? iteration = null)
    {
        foreach (var origin in Origins(run, stage))
        {
            foreach (var (_, shard) in store.RolloutShards(origin.Run, origin.Stage).Where(row => iteration is null || row.Shard.Iteration == iteration))
            {
                foreach (string line in File.ReadLines(Path.GetFullPath(shard.Path, stateDirectory)))
                {
                    yield return (origin.Name, JsonSerializer.Deserialize<RolloutRecord>(line, ContractJson.Compact)!);
                }
            }
        }
    }

    /// <summary>Checkpoints that can be resumed from, by stage and step; <see cref="CheckpointRow.Folder"/> is absolute here.</summary>
    /// <exception cref="RunRefusedException">There is no such run; exit code 2.</exception>
    public IReadOnlyList<CheckpointRow> Checkpoints(string run) =>
        [.. store.Checkpoints(Require(run).Id).Where(row => row.State == CheckpointRow.Committed).Select(row => row with { Folder = Path.GetFullPath(row.Folder, stateDirectory) })];

    /// <summary>The name of a figure as <c>metrics --json</c> writes it.</summary>
    public static string JsonName(string figure) => SnakeCase.Name(figure);

    private StageStatus Status(string run, StageState stage, bool owned) => new()
    {
        Name = stage.Name,
        Uses = stage.Uses,
        State = stage.State == ExecutionState.Running && !owned ? ExecutionState.Interrupted : stage.State,
        Cached = stage.Cached,
        Attempts = stage.Attempts.Count,
        StepsDone = stage.StepsDone,
        StepsPlanned = stage.StepsPlanned,
        StepsExecuted = stage.Attempts.Sum(attempt => attempt.StepsExecuted),
        ResumedFrom = [.. stage.Attempts.Skip(1).Select(attempt => attempt.ResumedFrom)],
        BorrowedFrom = stage.Attempts.LastOrDefault(attempt => attempt.BorrowedFrom is not null)?.BorrowedFrom,
        Artifact = stage.Artifact is { } artifact ? Artifact(artifact) : null,
        Metrics = SnakeCase.Figures(stage.Metrics),
        Alarms = Alarms(run, stage),
        Data = stage.Data,
        Phase = stage.Phase,
        Failure = stage.Failure?.Word(),
        Message = stage.Message,
        WallSeconds = stage.WallTime?.TotalSeconds,
        PeakResidentBytes = stage.Attempts.Select(attempt => attempt.PeakResidentBytes).DefaultIfEmpty().Max(),
    };

    private IReadOnlyList<StageAlarm> Alarms(string run, StageState stage) =>
        stage.StepsDone > 0 && typeof(GrpoOptions).IsAssignableFrom(StageCatalog.Find(stage.Uses)?.Options)
            ? StageAlarm.Of(store.Metrics(stage.OriginRun ?? run, stage.OriginStage ?? stage.Name).Select(row => row.Metrics))
            : [];

    private ArtifactStatus Artifact(ArtifactRef artifact) =>
        new(artifact.Kind.Word(), artifact.Sha256, RunDirectory.ArtifactOf(RunDirectory.ArtifactsOf(stateDirectory), artifact.Sha256));

    private IEnumerable<(string Name, string Run, string Stage)> Origins(string run, string? stage)
    {
        var state = Require(run);
        if (stage is not null && state.Stages.All(other => other.Name != stage))
        {
            throw new RunRefusedException($"run {run} has no stage '{stage}'; it has {string.Join(", ", state.Stages.Select(other => other.Name))}", exitCode: 2);
        }
        return state.Stages.Where(other => stage is null || other.Name == stage).Select(other => (other.Name, other.OriginRun ?? run, other.OriginStage ?? other.Name));
    }

    private RunState Require(string run) =>
        store.Find(run) ?? throw new RunRefusedException($"there is no run '{run}' in {stateDirectory}; `r1 runs` lists them", exitCode: 2);

    private bool IsOwned(string run) => RunLock.IsHeld(new RunDirectory(stateDirectory, run)) || goesOnWith?.Invoke(run) == true;
}
