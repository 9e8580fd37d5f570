using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Channel;
using R1Pipeline.StageHost.Faults;
using R1Pipeline.StageHost.Steps;
using Serilog;

namespace R1Pipeline.StageHost;

/// <summary>
/// All that a stage knows of the world: its request, its inputs, where to resume, and the calls by which steps, rollouts, checkpoints and
/// the artifact become durable. Every one of them looks at the lease before anything becomes visible. For the training thread only; checkpoints are
/// written beside it.
/// </summary>
public sealed class StageContext : ILoopHost
{
    private readonly IOwnerChannel _owner;
    private readonly ProgressCounters _progress;
    private readonly FaultPlan _faults;
    private readonly DiskGuard _disk;
    private readonly ArtifactStore _store;
    private readonly CheckpointSaver _saver;
    private readonly CarriedFiles _carried = new();
    private readonly StageInputs _inputs;
    private HashSet<string> _raised = [];

    /// <summary>Opens a stage's attempt: reads its options, deletes leftovers of dead attempts, finds the checkpoint to resume from.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="owner">Who commits it.</param>
    /// <param name="log">The attempt's log.</param>
    /// <param name="progress">Counters that the heartbeat reports; null: nobody listens.</param>
    /// <param name="freeBytes">Free bytes on a folder's file system; null: ask the system.</param>
    /// <param name="time">The clock of the checkpoint cadence; null: the system's.</param>
    /// <exception cref="StageFailedException">The options are not an object of the catalog's type.</exception>
    public StageContext(StageRequest request, IOwnerChannel owner, ILogger log, ProgressCounters? progress = null, Func<string, long>? freeBytes = null, TimeProvider? time = null)
        : this(request, owner, log, progress ?? new ProgressCounters(), new FaultPlan(null, request.Stage, request.Attempt), freeBytes, time)
    {
    }

    internal StageContext(
        StageRequest request, IOwnerChannel owner, ILogger log, ProgressCounters progress, FaultPlan faults, Func<string, long>? freeBytes = null, TimeProvider? time = null)
    {
        (Request, Log, _owner, _progress, _faults) = (request, log, owner, progress, faults);
        _disk = new DiskGuard(request.Run, freeBytes);
        _store = new ArtifactStore(request.ArtifactsDirectory);
        _inputs = new StageInputs(request, _store);
        _store.RemoveOrphans();
        CheckpointCleaner.RemoveOrphans(request.StageDirectory, request.Checkpoints, request.Token);

        var found = StageCheckpoints.Of(request, log);
        _saver = new CheckpointSaver(request, _inputs.Options, found, owner, log, progress, faults, _disk, time ?? TimeProvider.System);
        faults.Settle = _saver.Settle;
        Resume = found.Resumed is { } good ? new ResumePoint(good.Step, good.Directory) : null;
        Ledger = new StepLedger(Resume?.Step ?? 0, found.CommittedThrough);
        progress.ResumedFrom = progress.StepsDone = Resume?.Step ?? 0;
    }

    /// <summary>What to do.</summary>
    public StageRequest Request { get; }

    /// <summary>The attempt's log.</summary>
    public ILogger Log { get; }

    /// <summary>Where to go on; null: from the start.</summary>
    public ResumePoint? Resume { get; }

    /// <summary>CPU threads to compute with.</summary>
    public int Threads => _inputs.Options.Threads;

    /// <summary>Device to compute on, as the user named it; null: whichever is best.</summary>
    public string? Device => _inputs.Options.Device;

    /// <summary>What to compute in; null: what suits the device.</summary>
    public ComputePrecision? Precision => _inputs.Options.Precision;

    /// <summary>Device and type that the stage's models turned out to compute in, for the provenance; null: it computes with none.</summary>
    public string? ComputedOn { get; set; }

    /// <summary>Steps planned, as the stage said.</summary>
    public long StepsPlanned => _progress.StepsPlanned;

    /// <inheritdoc/>
    public bool CheckpointDue => _owner.StopRequested || _saver.IsDue(Ledger.Done) || (GatesComeNext && Ledger.Done > _saver.TakenStep);

    /// <summary>Whether the last step is done and gates are measured on its model next, which can take longer than many steps: nothing may be lost then.</summary>
    private bool GatesComeNext => Ledger.Done == StepsPlanned && Request.Gates.Any(gate => gate.Data is not null);

    /// <summary>Tokens and rows that this attempt counted: what the points of a fault plan are on.</summary>
    internal long WorkedThrough { get; private set; }

    internal StepLedger Ledger { get; }

    /// <summary>The output that the stage committed last; a missed gate keeps it.</summary>
    internal ArtifactRef? Committed { get; private set; }

    internal StageResult? Kept { get; private set; }

    /// <summary>The stage's options.</summary>
    /// <exception cref="InvalidOperationException">The catalog knows another type for this kind.</exception>
    public T Options<T>() where T : StageOptions => _inputs.Options as T
        ?? throw new InvalidOperationException($"stage kind {Request.Uses} has {_inputs.Options.GetType().Name}, not {typeof(T).Name}");

    /// <summary>The one input of a role, verified byte by byte.</summary>
    /// <exception cref="StageFailedException">It is damaged.</exception>
    /// <exception cref="InvalidOperationException">There is not exactly one.</exception>
    public StageArtifact Artifact(string role)
    {
        IReadOnlyList<StageArtifact> artifacts = Artifacts(role);
        return artifacts.Count == 1 ? artifacts[0] : throw new InvalidOperationException($"stage {Request.Stage} has {artifacts.Count} inputs with role '{role}', not one");
    }

    /// <summary>All inputs of a role, in file order, verified byte by byte; empty when there is none.</summary>
    /// <exception cref="StageFailedException">One is damaged.</exception>
    public IReadOnlyList<StageArtifact> Artifacts(string role) => _inputs.Artifacts(role);

    /// <summary>
    /// How many sequences may go through a model at once, in training, scoring and sampling: what the options say, bounded by what the control plane
    /// learned from running out of memory. Null: no limit.
    /// </summary>
    public int? MicroBatch(int? option)
    {
        if (Request.MicroBatchLimit is not { } limit || option <= limit) return option;
        Log.Information("At most {Limit} sequences at once instead of {Wanted:l}: memory ran out before", limit, option?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "all");
        return limit;
    }

    /// <inheritdoc cref="MicroBatch(int?)"/>
    public int MicroBatch(int wanted) => MicroBatch((int?)wanted)!.Value;

    /// <summary>
    /// Says what every checkpoint of this attempt carries beside the loop's state: configuration, tokenizer and chat template of the model that is
    /// trained, which make the checkpoint a model folder.
    /// </summary>
    /// <param name="write">Puts them into an empty folder.</param>
    public void Carry(Action<string> write)
    {
        Directory.CreateDirectory(Request.AttemptDirectory);
        _carried.Take(Request.AttemptDirectory, write);
    }

    /// <summary>Commits the stage's output: what <paramref name="write"/> puts into the temporary folder it is given.</summary>
    /// <remarks>Nothing about the run, the time, the machine or a path may stand in its files.</remarks>
    /// <exception cref="StageFailedException">The lease is lost or the disk is full; nothing is left behind.</exception>
    public ArtifactRef CommitArtifact(ArtifactKind kind, Action<string> write)
    {
        Phase("committing");
        _saver.Settle();
        long expected = Request.Artifacts // an output is about as large as the largest input of its kind
            .Where(input => input.Artifact.Kind == kind).Select(input => _store.BytesOf(input.Artifact)).DefaultIfEmpty().Max();
        Committed = _disk.Run(Request.ArtifactsDirectory, "an artifact", expected, () => _store.Commit(kind, write, Provenance.Of(Request, Threads, ComputedOn), _owner.DemandLease));
        Log.Information("Artifact {Kind} {Sha256:l} is committed", kind, Committed.Sha256);
        _faults.BeforeArtifactIsReported();
        return Committed;
    }

    /// <summary>Says the stage's result before its gates are demanded: the report of a missed gate carries these figures and accounts beside the kept output.</summary>
    public void Keep(StageResult result) => Kept = result;

    /// <inheritdoc/>
    public void Plan(long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        _progress.StepsPlanned = steps;
        Log.Information("{Steps} steps are planned", steps);
    }

    /// <inheritdoc/>
    public void Phase(string name) => _progress.Phase = name;

    /// <inheritdoc/>
    public void Progress(long count)
    {
        _progress.Add(count);
        WorkedThrough += count;
        _faults.AfterProgress(_progress.Phase, count);
    }

    /// <inheritdoc/>
    public void CompleteStep(StepMetrics metrics)
    {
        _saver.ThrowIfFailed();
        _inputs.DemandFigures(metrics);
        Ledger.Complete(metrics);
        LogAlarms(metrics);
        (_progress.StepsDone, _progress.StepsExecuted, _progress.Live) = (Ledger.Done, Ledger.Executed, metrics.Values);
        Progress(1);
        _faults.AfterStep(metrics.Step);
        _owner.DemandLease();
    }

    /// <summary>A warning for each alarm that the step before did not raise.</summary>
    private void LogAlarms(StepMetrics metrics)
    {
        RewardAlarm[] raised = [.. RewardAlarm.Among(metrics.Values)];
        foreach (RewardAlarm alarm in raised.Where(alarm => !_raised.Contains(alarm.Name)))
            Log.Warning("Alarm {Alarm} in iteration {Iteration} ({Value:0.###}): {Meaning:l}", alarm.Name, metrics.Iteration, alarm.Value, alarm.Explain());
        _raised = [.. raised.Select(alarm => alarm.Name)];
    }

    /// <inheritdoc/>
    public void Checkpoint(long step, Func<IReadOnlyList<CheckpointFile>> capture)
    {
        if (step != Ledger.Done) throw new InvalidOperationException($"a checkpoint of step {step} was asked for after {Ledger.Done} steps");
        if (_saver.TakenStep != step) _saver.Save(step, () => _carried.Beside(capture()), Ledger);
        EndIfStopped();
    }

    /// <summary>Ends the attempt when somebody asked to stop. For long work after the last step, which has no checkpoints of its own.</summary>
    /// <exception cref="StageFailedException">Interrupted.</exception>
    public void EndIfStopped()
    {
        if (!_owner.StopRequested) return;
        Settle();
        throw new StageFailedException(
            StageFailureClass.Interrupted, $"stopped at step {_saver.TakenStep} as asked; `r1 resume {Request.Run}` goes on from there");
    }

    /// <summary>Waits for the checkpoint that is under way: after this the owner has all that was saved.</summary>
    /// <exception cref="StageFailedException">It could not be saved.</exception>
    public void Settle() => _saver.Settle();

    /// <inheritdoc/>
    public void CommitRollouts(long iteration, IReadOnlyList<RolloutRecord> rollouts)
    {
        RolloutShard shard = RolloutShardFile.Write(Request.StageDirectory, iteration, rollouts, _owner, Log, _disk);
        _faults.BeforeRolloutsAreAnnounced();
        _owner.Commit(sequence => new RolloutsMessage { Sequence = sequence, Shard = shard });
        _faults.AfterRolloutsAreCommitted();
        Progress(rollouts.Count);
    }
}
