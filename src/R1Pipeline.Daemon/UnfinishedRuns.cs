using Microsoft.Extensions.Hosting;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;
using Serilog;

namespace R1Pipeline.Daemon;

/// <summary>
/// Goes on with the runs that a kill or a stop left unfinished, all of them side by side on the node's slots. A run that another process works on
/// is left alone. Failed and cancelled runs wait for a person.
/// </summary>
internal sealed class UnfinishedRuns(RunEngineOptions options, IRunStore store, ILogger log, TimeProvider time) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(store.Runs()
        .Where(run => run.State is ExecutionState.Running or ExecutionState.Interrupted or ExecutionState.Waiting)
        .Select(run => Task.Run(() => GoOnAsync(run.Run, stoppingToken), CancellationToken.None)));

    private async Task GoOnAsync(string run, CancellationToken stop)
    {
        try
        {
            await new RunEngine(options, store, new Unwatched(), log, time).ResumeAsync(run, from: null, accept: [], stop);
        }
        catch (RunRefusedException e)
        {
            log.Warning("Run {Run} is left alone: {Reason}", run, e.Message);
        }
    }

    /// <summary>Nobody looks on: the log and the store say all.</summary>
    private sealed class Unwatched : RunEvents;
}
