using System.Security.Cryptography;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Resolved;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Planning;
using R1Pipeline.Orchestration.Running;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Workers;
using Serilog;

namespace R1Pipeline.Orchestration;

/// <summary>
/// Runs pipelines: one call a run, until it rests. Holds the run's lock while it works, so that a second owner is refused and a dead one is
/// followed at once. Never touches a tensor; every change is in the store before it is acted on.
/// </summary>
/// <param name="options">How to work on this node.</param>
/// <param name="store">The store of the state folder.</param>
/// <param name="events">The onlooker.</param>
/// <param name="log">The host's log; each run has a file of its own besides.</param>
/// <param name="time">The clock.</param>
public sealed class RunEngine(RunEngineOptions options, IRunStore store, RunEvents events, ILogger log, TimeProvider time)
{
    private readonly FileHashes _hashes = new(store);

    /// <summary>Continues the newest unfinished run of the same definition, else creates one, and works on it until it rests.</summary>
    /// <param name="definition">What to run; file hashes are filled in here.</param>
    /// <param name="source">The file it came from, kept beside the run.</param>
    /// <param name="stop">Asks the workers to checkpoint; the run then rests as interrupted.</param>
    /// <param name="priority">Its turn on the node's slots, the higher one first; null: 0 for a new run, what it was for one that goes on.</param>
    /// <exception cref="RunRefusedException">The run has an owner already, does not fit on this machine, or the disk is full.</exception>
    public Task<RunOutcome> RunAsync(PipelineDefinition definition, RunSource source, CancellationToken stop, int? priority = null) => GuardAsync(async () =>
    {
        definition = _hashes.FillIn(definition);
        var (run, held) = Claim(definition, source, priority);
        using (held) return await WorkAsync(definition, run, () => { }, stop);
    });

    /// <summary>
    /// Puts a definition into the queue and returns at once: its newest unfinished run, else a new one, waits in the store for whoever goes on with
    /// it by <see cref="ResumeAsync"/>. A run that somebody works on stays as it is.
    /// </summary>
    /// <param name="definition">What to run; file hashes are filled in here.</param>
    /// <param name="source">The file it came from, kept beside the run.</param>
    /// <param name="priority">As for <see cref="RunAsync"/>.</param>
    /// <exception cref="RunRefusedException">It does not fit on this machine, a file cannot be read, or the disk is full.</exception>
    public RunState Submit(PipelineDefinition definition, RunSource source, int? priority = null) => Guard(() =>
    {
        definition = _hashes.FillIn(definition);
        using var alone = OneClaimAtATime();
        if (store.NewestUnfinished(ResolvedDefinition.Sha256(definition)) is not { } run) return Create(definition, source, NewId(definition), priority);
        Prioritize(run, priority);
        using var held = RunLock.TryTake(new RunDirectory(options.StateDirectory, run));
        return held is null ? store.Find(run)! : store.Apply(run, new RunQueued(time.GetUtcNow()));
    });

    /// <summary>Goes on with a run, or redoes it from a stage.</summary>
    /// <param name="run">Run id.</param>
    /// <param name="from">Stage to compute again, with all that depend on it; null: only what is unfinished.</param>
    /// <param name="accept">Stages whose missed gates the user accepts.</param>
    /// <param name="stop">Asks the workers to checkpoint; the run then rests as interrupted.</param>
    /// <exception cref="RunRefusedException">No such run or stage, the run has an owner, or its data changed.</exception>
    public Task<RunOutcome> ResumeAsync(string run, string? from, IReadOnlyCollection<string> accept, CancellationToken stop) => GuardAsync(async () =>
    {
        var definition = RequireResumable(run, from, accept);
        using var held = Hold(run);
        return await WorkAsync(definition, run, () => Prepare(definition, run, from, accept), stop);
    });

    /// <summary>As <see cref="ResumeAsync"/>, but only puts the run into the queue.</summary>
    /// <exception cref="RunRefusedException">No such run or stage, the run has an owner, its data changed, or the disk is full.</exception>
    public RunState Requeue(string run, string? from, IReadOnlyCollection<string> accept) => Guard(() =>
    {
        var definition = RequireResumable(run, from, accept);
        using var held = Hold(run);
        store.Apply(run, new RunQueued(time.GetUtcNow()));
        Prepare(definition, run, from, accept);
        return store.Find(run)!;
    });

    private PipelineDefinition RequireResumable(string run, string? from, IReadOnlyCollection<string> accept)
    {
        var state = store.Find(run) ?? throw new RunRefusedException($"there is no run '{run}' in {options.StateDirectory}; `r1 runs` lists them", exitCode: 2);
        foreach (string name in accept.Append(from ?? state.Stages[0].Name).Where(name => state.Stages.All(stage => stage.Name != name)))
        {
            throw new RunRefusedException($"run {run} has no stage '{name}'; it has {string.Join(", ", state.Stages.Select(stage => stage.Name))}", exitCode: 2);
        }
        var definition = ResolvedDefinition.Read(store.Definition(run));
        RefuseChangedData(run, definition, state);
        return definition;
    }

    private async Task<RunOutcome> GuardAsync(Func<Task<RunOutcome>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (RefusalOf(e) is { } refusal)
        {
            throw refusal;
        }
    }

    private RunState Guard(Func<RunState> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (RefusalOf(e) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>What ends the work on any run is a refusal that says so: a disk without space, another owner. Null: it is something else.</summary>
    private RunRefusedException? RefusalOf(Exception error) => error switch
    {
        IOException full when DiskGuard.IsDiskFull(full) =>
            new RunRefusedException($"the disk of {options.StateDirectory} is full ({full.Message}); free space and the same command goes on", exitCode: 3, full),
        OwnerReplacedException or LeaseTakenException => new RunRefusedException($"{error.Message}; this process has stopped and leaves the run to it", cause: error),
        _ => null,
    };

    private async Task<RunOutcome> WorkAsync(PipelineDefinition definition, string run, Action prepare, CancellationToken stop)
    {
        bool continued = store.Find(run)!.Stages.Any(stage => stage.State != ExecutionState.Waiting || stage.Attempts.Count > 0);
        var owned = store.Apply(run, new RunTakenOver(time.GetUtcNow(), Environment.ProcessId));
        prepare();
        using var runLog = RunLog.Open(log, new RunDirectory(options.StateDirectory, run), run);
        var artifacts = new ArtifactStore(RunDirectory.ArtifactsOf(options.StateDirectory));
        var node = new AttemptServices(options, owned.OwnerNumber, store, artifacts, new SerialRunEvents(events), runLog, time);
        var slots = new SlotPool(options.SlotsDirectory ?? SlotPool.SharedDirectory, options.Slots, time);
        node.Log.Information("Run {Run} of pipeline {Pipeline} {How}", run, definition.Name, continued ? "goes on" : "starts");
        node.Events.RunStarted(store.Find(run)!, continued);
        var stages = new StageRunner(node, new StagePlanner(store, options.StateDirectory, _hashes), slots, definition, run);
        var end = await new RunLoop(node, stages, definition, run).RunAsync(stop);
        node.Log.Information("Run {Run} is {State}", run, end.State);
        node.Events.RunEnded(end);
        return RunOutcome.Of(end);
    }

    /// <summary>Finds or creates the run of a definition and locks it.</summary>
    private (string Run, RunLock Held) Claim(PipelineDefinition definition, RunSource source, int? priority)
    {
        using var alone = OneClaimAtATime();
        string? unfinished = store.NewestUnfinished(ResolvedDefinition.Sha256(definition));
        string id = unfinished ?? NewId(definition);
        var held = Hold(id);
        try
        {
            if (unfinished is null) Create(definition, source, id, priority);
            else Prioritize(id, priority);
            return (id, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private RunState Create(PipelineDefinition definition, RunSource source, string id, int? priority)
    {
        var plan = new RunPlanner(store, options.StateDirectory).Plan(definition);
        if (plan.Problems.Count > 0) throw new RunRefusedException(string.Join("; ", plan.Problems));
        string resolved = ResolvedDefinition.Write(definition, source.Origins);
        var directory = new RunDirectory(options.StateDirectory, id);
        AtomicFile.WriteAllText(directory.Definition, resolved);
        AtomicFile.WriteAllText(directory.Pipeline, source.Yaml);
        var run = new RunState
        {
            Id = id,
            Pipeline = definition.Name,
            DefinitionSha256 = ResolvedDefinition.Sha256(definition),
            Priority = priority ?? 0,
            CreatedAt = time.GetUtcNow(),
            Stages = [.. definition.Stages.Select(stage => new StageState { Name = stage.Name, Uses = stage.Uses })],
        };
        store.Create(run, resolved);
        return run;
    }

    private void Prioritize(string run, int? priority)
    {
        if (priority is { } number && store.Find(run)!.Priority != number) store.Apply(run, new PriorityChanged(time.GetUtcNow(), number));
    }

    private string NewId(PipelineDefinition definition) =>
        $"{definition.Name}-{time.GetUtcNow():yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";

    /// <summary>One process at a time looks for the run of a definition and creates it: two equal commands cannot both create one.</summary>
    private FileLock OneClaimAtATime() => FileLock.Wait(RunDirectory.DatabaseOf(options.StateDirectory) + ".claim.lock", TimeSpan.FromSeconds(60));

    private RunLock Hold(string run)
    {
        var directory = new RunDirectory(options.StateDirectory, run);
        var held = RunLock.TryTake(directory) ?? throw new RunRefusedException(
            $"run {run} is being worked on by process {store.Find(run)?.OwnerPid?.ToString() ?? "(starting)"}; `r1 watch {run}` shows it, `r1 cancel {run}` ends it");
        try
        {
            AtomicFile.RemoveOrphans(directory.Root);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>A run is only ever continued on the data that it began with.</summary>
    private void RefuseChangedData(string run, PipelineDefinition recorded, RunState state)
    {
        var unfinished = recorded.Stages.Where(stage => state.Stage(stage.Name).State != ExecutionState.Done);
        foreach (var source in unfinished.SelectMany(stage => StagePlanner.SourcesOf(recorded, stage)).Where(source => source.Path is not null).DistinctBy(source => source.Name))
        {
            var now = _hashes.FillIn(recorded with { Data = [source] }).Data[0];
            if (now.Sha256 != source.Sha256)
            {
                throw new RunRefusedException(
                    $"data source {source.Name} ({source.Path}) changed since run {run} began; `r1 run` of the pipeline file starts a new run, which keeps every stage that the change does not touch");
            }
        }
    }

    private void Prepare(PipelineDefinition definition, string run, string? from, IReadOnlyCollection<string> accept)
    {
        foreach (string stage in accept) store.Apply(run, new MissedGateAccepted(time.GetUtcNow(), stage));
        if (from is null) return;
        foreach (string stage in WithDependants(definition, from))
        {
            var old = store.Checkpoints(run, stage);
            store.Apply(run, new StageReset(time.GetUtcNow(), stage));
            foreach (var checkpoint in old) Artifacts.Checkpoints.CheckpointCleaner.Remove(Path.GetFullPath(checkpoint.Folder, options.StateDirectory));
        }
    }

    private static HashSet<string> WithDependants(PipelineDefinition definition, string from)
    {
        var chosen = new HashSet<string> { from };
        bool grew = true;
        while (grew)
        {
            grew = false;
            foreach (var stage in definition.Stages.Where(stage => stage.Inputs.Any(input => chosen.Contains(input.Stage)))) grew |= chosen.Add(stage.Name);
        }
        return chosen;
    }
}
