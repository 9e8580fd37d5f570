using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Channel;
using R1Pipeline.StageHost.Faults;
using Serilog;

namespace R1Pipeline.StageHost.Steps;

/// <summary>
/// Saves checkpoints beside the training. On the training thread a save is no more than the copy of the state and of the figures that belong to it;
/// a thread of its own writes, publishes and announces it. At most one is under way: the next waits for it, and so does the end of the attempt.
/// What goes wrong there is thrown on the training thread, at its next step or save. Bytes written count as progress, so a long save is none that hangs.
/// </summary>
internal sealed class CheckpointSaver
{
    private const string WorkPhase = "checkpoint";

    private readonly IOwnerChannel _owner;
    private readonly ILogger _log;
    private readonly ProgressCounters _progress;
    private readonly FaultPlan _faults;
    private readonly CheckpointWriter _writer;
    private readonly CheckpointKeeper _keeper;
    private readonly CheckpointCadence _cadence;
    private readonly BackgroundWork _work = new();

    public CheckpointSaver(
        StageRequest request, StageOptions options, StageCheckpoints found, IOwnerChannel owner, ILogger log, ProgressCounters progress, FaultPlan faults, DiskGuard disk, TimeProvider time)
    {
        (_owner, _log, _progress, _faults) = (owner, log, progress, faults);
        _writer = new CheckpointWriter(request.StageDirectory, request.Key, request.Token, disk, progress.Add);
        _keeper = new CheckpointKeeper(RetentionPolicy.Of(options), found);
        _cadence = new CheckpointCadence(options, found.Resumed?.Step ?? 0, time);
    }

    /// <summary>Step of the newest checkpoint, committed or under way.</summary>
    public long TakenStep => _cadence.TakenStep;

    public bool IsDue(long stepsDone) => _cadence.IsDue(stepsDone);

    /// <summary>Takes the state of now; the files are written after this returned.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="capture">Copies the state out.</param>
    /// <param name="ledger">Its pending figures are cut off here: they are committed with this checkpoint.</param>
    public void Save(long step, Func<IReadOnlyList<CheckpointFile>> capture, StepLedger ledger)
    {
        string phase = _progress.Phase;
        _progress.Phase = WorkPhase;
        _work.Settle();
        IReadOnlyList<CheckpointFile> files = capture();
        IReadOnlyDictionary<string, double> figures = ledger.Newest?.Values ?? new Dictionary<string, double>();
        IReadOnlyList<StepMetrics> metrics = ledger.TakePending();
        _cadence.Taken(step);
        _work.Start(WorkPhase, () => Commit(step, files, figures, metrics));
        _progress.Phase = phase;
    }

    /// <summary>Waits until no save is under way.</summary>
    /// <exception cref="StageFailedException">It failed.</exception>
    public void Settle() => _work.Settle();

    /// <summary>Throws the failure of a save that ended badly, without waiting for one that goes on.</summary>
    public void ThrowIfFailed() => _work.ThrowIfFailed();

    private void Commit(long step, IReadOnlyList<CheckpointFile> files, IReadOnlyDictionary<string, double> figures, IReadOnlyList<StepMetrics> metrics)
    {
        _owner.ConfirmLease(); // the owner checks our token before anything is written, and learns how many steps were computed
        CheckpointRef checkpoint = _writer.Write(step, _keeper.Newest, _faults.InCheckpoint(files), figures, _owner.DemandLease);
        _faults.BeforeCheckpointIsAnnounced();
        string[] superseded = [.. _keeper.SupersededBy(checkpoint, figures).Select(old => old.Directory)];
        _owner.Commit(sequence => new CheckpointMessage { Sequence = sequence, Checkpoint = checkpoint, Metrics = metrics, Superseded = superseded });
        _faults.AfterCheckpointIsCommitted();
        _keeper.Committed(checkpoint, figures);
        _log.Information("Checkpoint of step {Step} is committed: {Bytes} bytes in {Directory:l}", step, checkpoint.Bytes, checkpoint.Directory);
    }
}
