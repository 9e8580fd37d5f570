using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using R1Pipeline.Artifacts;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;
using Serilog;

namespace R1Pipeline.Daemon.Queue;

/// <summary>
/// Works on every run that waits in the store, by priority, then age, all of them side by side on the node's slots; and, from its start, on those that
/// a kill or a stop left unfinished. A run that another process works on is left alone; failed and cancelled ones wait for a person. The queue itself
/// is the store: nothing is lost with this process.
/// </summary>
internal sealed class RunQueue(RunEngineOptions options, IRunStore store, RunEngine engine, ISystemdNotifier systemd, ILogger log, TimeProvider time) : BackgroundService
{
    // How the engine refuses what a full disk keeps it from: there may be space later.
    private const int FullDisk = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ServiceState Alive = new("WATCHDOG=1");

    private readonly Dictionary<string, Task> _active = [];
    private readonly ConcurrentQueue<string> _lost = [];
    private readonly ConcurrentDictionary<string, bool> _leftAlone = [];
    private long _lastRound = time.GetTimestamp();
    private volatile int _numActive;

    /// <summary>Runs that it works on now.</summary>
    public int NumActive => _numActive;

    /// <summary>Whether it still makes its rounds.</summary>
    public bool Moves => time.GetElapsedTime(Interlocked.Read(ref _lastRound)) < Patience;

    /// <summary>Whether a run that lost its store goes on as soon as that answers: to a client it does not rest meanwhile.</summary>
    public bool GoesOnWith(string run) => _lost.Contains(run);

    /// <summary>A person asked for the run, again perhaps: whatever kept the queue from it before is forgotten.</summary>
    public void Admit(string run) => _leftAlone.TryRemove(run, out _);

    /// <summary>Queues what an earlier owner left unfinished before anybody can ask: to a client these runs wait, they do not rest.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (RunSummary run in store.Runs()) QueueAgain(run.Run);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (_lost.TryPeek(out string? run))
                {
                    QueueAgain(run);
                    _lost.TryDequeue(out _);
                }
                Start(stoppingToken);
                Advanced();
            }
            catch (Exception error) when (error is StoreUnavailableException or IOException or RunRefusedException { ExitCode: FullDisk })
            {
                // No round, no sign of life: systemd and the health check see a store that stays away.
                log.Warning(error, "The store cannot be read or written; the queue tries again");
            }
            await Task.WhenAny([Task.Delay(Interval, time, stoppingToken), .. _active.Values]);
            Forget();
        }
        // Each run's stop is under way: the engine has the same token.
        while (_active.Count > 0)
        {
            Advanced();
            await Task.WhenAny([Task.Delay(Interval, time, CancellationToken.None), .. _active.Values]);
            Forget();
        }
    }

    private void QueueAgain(string run)
    {
        if (store.Find(run) is not { State: ExecutionState.Running or ExecutionState.Interrupted }) return;
        try
        {
            engine.Requeue(run, from: null, accept: []);
        }
        catch (Exception refusal) when (refusal is RunRefusedException { ExitCode: not FullDisk } or InvalidDataException)
        {
            log.Warning("Run {Run} is left alone: {Reason}", run, refusal.Message);
        }
    }

    private void Start(CancellationToken stop)
    {
        var due = store.Runs()
            .Where(run => run.State == ExecutionState.Waiting && !_active.ContainsKey(run.Run) && !_leftAlone.ContainsKey(run.Run) && !IsHeld(run.Run))
            .OrderByDescending(run => run.Priority).ThenBy(run => run.Created);
        foreach (RunSummary run in due)
        {
            _active.Add(run.Run, Task.Run(() => WorkAsync(run.Run, stop), CancellationToken.None));
        }
        _numActive = _active.Count;
    }

    private async Task WorkAsync(string run, CancellationToken stop)
    {
        try
        {
            RunOutcome outcome = await engine.ResumeAsync(run, from: null, accept: [], stop);
            WriteReport(outcome.Run);
        }
        catch (StoreUnavailableException error)
        {
            _lost.Enqueue(run);
            log.Warning("Run {Run} lost its store and goes on when that answers again: {Reason}", run, error.Message);
        }
        catch (RunRefusedException) when (IsHeld(run))
        {
            log.Information("Run {Run} is left alone: another process works on it", run);
        }
        catch (RunRefusedException refusal)
        {
            _leftAlone[run] = true;
            log.Warning("Run {Run} is left alone: {Reason}", run, refusal.Message);
        }
#pragma warning disable CA1031 // One run's accident must not end the others: it is left as it is, for a person or the next start.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _leftAlone[run] = true;
            log.Error(error, "Run {Run} is left alone after an unexpected error", run);
        }
    }

    private void WriteReport(RunState run)
    {
        try
        {
            ReportWriter.Write(new RunReportReader(store, options.StateDirectory, time).Read(run.Id), new RunDirectory(options.StateDirectory, run.Id));
        }
        catch (Exception error) when (ReportWriter.IsHarmless(error))
        {
            log.Warning("The report of run {Run} could not be written: {Reason}", run.Id, error.Message);
        }
    }

    private bool IsHeld(string run) => RunLock.IsHeld(new RunDirectory(options.StateDirectory, run));

    private void Forget()
    {
        foreach (string run in _active.Where(pair => pair.Value.IsCompleted).Select(pair => pair.Key).ToList()) _active.Remove(run);
        _numActive = _active.Count;
    }

    private void Advanced()
    {
        Interlocked.Exchange(ref _lastRound, time.GetTimestamp());
        systemd.Notify(Alive);
    }
}
