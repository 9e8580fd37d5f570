using Microsoft.Extensions.Hosting;
using R1Pipeline.Orchestration;

namespace R1Pipeline.Cli.Running;

/// <summary>The one piece of work of the host that <c>run</c> and <c>resume</c> build: works on a run until it rests.</summary>
internal sealed class RunService(RunEngine engine, RunWork work, SignalStop signals) : BackgroundService
{
    private readonly TaskCompletionSource<RunOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How the run ended, or the refusal.</summary>
    public Task<RunOutcome> Outcome => _outcome.Task;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the host's start-up path at once: the engine works synchronously until its first worker runs.
        await Task.Yield();
        try
        {
            _outcome.SetResult(await work(engine, signals.Stop));
        }
        catch (Exception error)
        {
            // Carried to the command, which turns a refusal into its exit code and lets anything else end the process.
            _outcome.SetException(error);
        }
    }
}
