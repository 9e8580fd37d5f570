using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Native;

namespace R1Pipeline.StageHost.Faults;

/// <summary>
/// Breaks a worker on purpose, for tests: environment variable <c>R1_FAULT</c>, a comma-separated list of <c>[STAGE:][ATTEMPT:]ACT@POINT=N</c>.
/// Without a stage it strikes in every one, without an attempt in the first one (<c>*</c>: in every one). Points are counted, never timed, so that the
/// same list strikes the same moments again. Unset, as in every real run, it does nothing.
/// <list type="bullet">
/// <item>Acts: <c>oom</c> (throws what the tensor library throws when memory runs out), <c>kill</c> (SIGKILL of the worker), <c>abort</c> (SIGABRT), <c>kill-owner</c> (SIGKILL of the process that started it), <c>kill-tree</c> (of both).</item>
/// <item>Points: <c>step=N</c> (step N is computed), <c>progress=N</c> (the attempt has counted N tokens or rows), <c>progress-in-PHASE=N</c> (N of them in
/// that phase), <c>rollouts=N</c> (its Nth shard lies on disk, the owner has not heard of it), <c>committed-rollouts=N</c> (the owner has),
/// <c>saving=N</c> (its Nth checkpoint is being written while the training goes on), <c>checkpoint=N</c> and <c>committed-checkpoint=N</c> (its Nth
/// checkpoint lies on disk, the owner has not, or has, heard of it; what it supersedes is still there), <c>artifact=N</c> (the output
/// lies on disk, nobody has heard of it). A point of the training thread waits for the save that is under way before it strikes.</item>
/// <item>Besides: <c>disk-full@checkpoint=N</c> (no space left while the Nth is written), <c>slow-ms=N</c> (waits after every step of every attempt).</item>
/// </list>
/// </summary>
internal sealed class FaultPlan
{
    private const int NoSpace = 28;

    private const string WithOwner = "kill-owner", WholeTree = "kill-tree";

    private readonly IReadOnlyList<Fault> _armed;
    private readonly Action<string> _say;
    private readonly Lock _counting = new();
    private readonly Dictionary<string, long> _counts = [];
    private readonly int _owner = ProcessControl.ParentId;

    /// <summary>
    /// Waits for the save that is under way, so that what a test finds after a strike at the worker does not depend on the disk. One at its owner strikes
    /// as it comes, in the middle of a save or not.
    /// </summary>
    public Action Settle { get; set; } = () => { };

    /// <param name="text">The variable; null: none.</param>
    /// <param name="stage">This worker's stage.</param>
    /// <param name="attempt">This worker's attempt.</param>
    /// <param name="say">Told what strikes, just before it does.</param>
    public FaultPlan(string? text, string stage, int attempt, Action<string>? say = null)
    {
        _armed = [.. Fault.ParseAll(text).Where(fault => fault.IsFor(stage, attempt))];
        _say = say ?? (_ => { });
    }

    public void AfterStep(long step)
    {
        Reach("step", step - 1, step);
        if (Armed(Fault.Slow) is not { } slow) return;
        using var never = new ManualResetEventSlim();
        never.Wait(TimeSpan.FromMilliseconds(slow.Number));
    }

    public void AfterProgress(string phase, long count)
    {
        if (_armed.Count == 0) return;
        Count("progress", count);
        Count($"progress-in-{phase}", count);
    }

    public void BeforeRolloutsAreAnnounced() => Count("rollouts");

    public void AfterRolloutsAreCommitted() => Count("committed-rollouts");

    /// <summary>The files of the next checkpoint; the last of them strikes once it is written, where it shall.</summary>
    public IReadOnlyList<CheckpointFile> InCheckpoint(IReadOnlyList<CheckpointFile> files) => _armed.Count == 0 ? files :
    [
        .. files.SkipLast(1),
        files[^1] with
        {
            Write = stream =>
            {
                files[^1].Write(stream);
                WhileCheckpointIsWritten();
            },
        },
    ];

    public void BeforeCheckpointIsAnnounced() => CountSave("checkpoint");

    public void AfterCheckpointIsCommitted() => CountSave("committed-checkpoint");

    public void BeforeArtifactIsReported() => Count("artifact");

    private void WhileCheckpointIsWritten()
    {
        long number = CountSave("saving");
        if (Armed("disk-full@checkpoint") is { } full && full.Number == number) throw new IOException("No space left on device (R1_FAULT)", NoSpace);
    }

    /// <summary>Counts a point of the training thread.</summary>
    private void Count(string point, long count = 1)
    {
        (long before, long now) = Add(point, count);
        Reach(point, before, now);
    }

    /// <summary>Counts a point of the thread that saves.</summary>
    private long CountSave(string point)
    {
        (long before, long now) = Add(point, 1);
        Strike(point, before, now);
        return now;
    }

    private (long Before, long Now) Add(string point, long count)
    {
        lock (_counting)
        {
            long before = _counts.GetValueOrDefault(point);
            return (before, _counts[point] = before + count);
        }
    }

    /// <summary>The training thread's point went from <paramref name="before"/> to <paramref name="now"/>.</summary>
    private void Reach(string point, long before, long now)
    {
        Fault[] due = [.. Due(point, before, now)];
        if (due.Length == 0) return;
        if (!due.Any(fault => fault.Name.StartsWith(WithOwner, StringComparison.Ordinal) || fault.Name.StartsWith(WholeTree, StringComparison.Ordinal))) Settle();
        Strike(point, before, now);
    }

    private void Strike(string point, long before, long now)
    {
        foreach (Fault fault in Due(point, before, now)) Strike(fault.Name[..^(point.Length + 1)], $"{fault.Name}={fault.Number}");
    }

    private IEnumerable<Fault> Due(string point, long before, long now) =>
        _armed.Where(fault => fault.Number > before && fault.Number <= now && fault.Name.EndsWith($"@{point}", StringComparison.Ordinal));

    private void Strike(string act, string fault)
    {
        if (act is not ("oom" or "abort" or "kill" or WithOwner or WholeTree)) return;
        _say(fault);
        if (act == "oom") throw OutOfMemory();
        if (act is WithOwner or WholeTree) ProcessControl.KillParent(_owner);
        if (act is "kill" or WholeTree) ProcessControl.KillSelf();
        if (act == "abort") ProcessControl.AbortSelf();
    }

    [SuppressMessage("Usage", "CA2201", Justification = "It is what the tensor library throws.")]
    private static ExternalException OutOfMemory() => new("CUDA out of memory. Tried to allocate 2.00 GiB (R1_FAULT)");

    private Fault? Armed(string name) => _armed.FirstOrDefault(fault => fault.Name == name);
}
