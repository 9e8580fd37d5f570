using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Cli.Output;
using R1Pipeline.Cli.Progress;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Reports;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Workers;
using Serilog;

namespace R1Pipeline.Cli.Running;

/// <summary>
/// <c>run</c> and <c>resume</c> from the moment that their input is known to be good: a host with the store, the engine, the display and the signals;
/// then the report and the tables.
/// </summary>
internal sealed class RunSession(ParseResult parsed, int? slots, bool json)
{
    /// <summary>Name of the environment variable that names the worker executable.</summary>
    public const string WorkerVariable = "R1_WORKER";

    /// <summary>Whether the run asks for the slots of running stages of lower priority.</summary>
    public bool Preempt { get; init; }

    private readonly Terminal _terminal = Terminal.Of(parsed);
    private readonly string _stateDirectory = CommonOptions.StateDirectory(parsed);

    /// <summary>Works on the run until it rests.</summary>
    /// <exception cref="RunRefusedException">It was not started, or its store stopped answering; the exit code says which.</exception>
    public async Task<int> ExecuteAsync(RunWork work)
    {
        try
        {
            return await WorkAsync(work);
        }
        catch (StoreUnavailableException e)
        {
            throw new RunRefusedException($"{e.Message}; the run is interrupted, what it committed stands, and the same command goes on", ExitCode.Interrupted);
        }
    }

    private async Task<int> WorkAsync(RunWork work)
    {
        WorkerCommand worker = WorkerLocator.Find(Environment.GetEnvironmentVariable(WorkerVariable));
        var options = new RunEngineOptions { StateDirectory = _stateDirectory, Worker = worker, Preempt = Preempt };
        if (slots is { } number) options = options with { Slots = number };
        if (RetryPauses.First(Environment.GetEnvironmentVariable(RetryPauses.Variable)) is { } pause) options = options with { RetryDelay = pause };

        using var signals = new SignalStop(_terminal.RestoreCursor);
        using IRunStore store = CommonOptions.OpenStore(parsed, create: true, _terminal.Say, signals.Stop)!;
        RunOutcome outcome;
        await using (ProgressDisplay display = ProgressDisplay.Create(_terminal, _stateDirectory, TimeProvider.System))
        {
            using IHost host = Build(options, store, display, work, signals);
            await host.StartAsync(CancellationToken.None);
            outcome = await host.Services.GetRequiredService<RunService>().Outcome;
            await host.StopAsync(CancellationToken.None);
        }
        return Conclude(outcome, store);
    }

    private IHost Build(RunEngineOptions options, IRunStore store, RunEvents events, RunWork work, SignalStop signals)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "r1" });
        builder.Services
            .AddSerilog(new LoggerConfiguration().MinimumLevel.Warning().WriteTo.Sink(new TerminalSink(_terminal)).CreateLogger(), dispose: true)
            .AddSingleton(options)
            .AddSingleton(store)
            .AddSingleton(events)
            .AddSingleton(work)
            .AddSingleton(signals)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<RunEngine>()
            .AddSingleton<IHostLifetime, QuietLifetime>()
            .AddSingleton<RunService>()
            .AddHostedService(services => services.GetRequiredService<RunService>());
        return builder.Build();
    }

    private int Conclude(RunOutcome outcome, IRunStore store)
    {
        RunState run = outcome.Run;
        if (json) _terminal.PrintJson(new RunReader(store, _stateDirectory).Status(run.Id));
        bool owed = !WriteReport(run, store);
        foreach (StageState stage in run.Stages.Where(stage => stage.State == ExecutionState.Failed && stage.Message is not null))
        {
            _terminal.Fail($"{stage.Name}: {stage.Message}");
        }
        _terminal.Say(Closing(run));
        return owed && outcome.ExitCode == ExitCode.Done ? ExitCode.Interrupted : outcome.ExitCode;
    }

    /// <summary>
    /// Writes it; false: the disk is full, and the report is owed. One that cannot be written for another reason (a damaged sample) changes nothing about
    /// how the run ended.
    /// </summary>
    private bool WriteReport(RunState run, IRunStore store)
    {
        try
        {
            RunReport report = new RunReportReader(store, _stateDirectory, TimeProvider.System).Read(run.Id);
            if (!json) foreach (ReportTable table in ResultTables.All(report)) TableView.Print(_terminal, table, "uses", "state");
            var directory = new RunDirectory(_stateDirectory, run.Id);
            ReportWriter.Write(report, directory);
            _terminal.Say($"report: {directory.ReportHtml} (and report.md)");
            return true;
        }
        catch (IOException full) when (DiskGuard.IsDiskFull(full))
        {
            _terminal.Fail($"there is no space for the report of run {run.Id}: {full.Message}; free space, and r1 resume {run.Id} writes it");
            return false;
        }
        catch (Exception error) when (ReportWriter.IsHarmless(error))
        {
            _terminal.Fail($"the report of run {run.Id} could not be written: {error.Message}");
            return true;
        }
    }

    private static string Closing(RunState run) => run.State switch
    {
        ExecutionState.Done => $"run {run.Id} is done",
        ExecutionState.Interrupted => $"run {run.Id} is interrupted: r1 resume {run.Id} goes on",
        ExecutionState.Cancelled => $"run {run.Id} is cancelled; what it finished is kept and reused",
        _ when run.Stages.FirstOrDefault(stage => stage.Failure == StageFailureClass.GateMissed && stage.State == ExecutionState.Failed) is { } missed =>
            $"run {run.Id} is failed: {missed.Name} missed a gate; r1 resume {run.Id} --accept {missed.Name} goes on with what it made",
        _ => $"run {run.Id} is {StatusText.State(run.State)}; r1 resume {run.Id} tries again, r1 logs {run.Id} tells more",
    };
}
