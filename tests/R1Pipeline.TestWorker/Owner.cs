using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Definition.Resolved;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Workers;
using Serilog.Core;

namespace R1Pipeline.TestWorker;

/// <summary>
/// An owner of one run, for tests that stop or kill owners: the real engine over the real store, with this executable as its worker. Says what happens,
/// a line each, on standard output; ends with the run's exit code.
/// </summary>
internal sealed class Owner : RunEvents
{
    public static async Task<int> RunAsync(string settingsPath)
    {
        OwnerSettings settings = JsonSerializer.Deserialize<OwnerSettings>(await File.ReadAllTextAsync(settingsPath), ContractJson.Compact)!;
        var options = new RunEngineOptions
        {
            StateDirectory = settings.State,
            Worker = new WorkerCommand(Environment.ProcessPath!, []),
            Slots = settings.NumSlots,
            SlotsDirectory = settings.Slots,
            LeaseLifetime = TimeSpan.FromSeconds(settings.LeaseSeconds),
            RetryDelay = TimeSpan.FromMilliseconds(10),
            Preempt = settings.Preempt,
        };
        using IRunStore store = RunStores.Open(settings.State, create: true, settings.Database)!;
        var engine = new RunEngine(options, store, new Owner(), Logger.None, TimeProvider.System);
        try
        {
            RunOutcome outcome = await engine.RunAsync(
                ResolvedDefinition.Read(settings.Definition), new RunSource("yaml", new Dictionary<string, string>()), CancellationToken.None, settings.Priority);
            return outcome.ExitCode;
        }
        catch (RunRefusedException refusal)
        {
            Say($"refused {refusal.Message}");
            return refusal.ExitCode;
        }
    }

    public override void RunStarted(RunState run, bool continued) => Say($"run {run.Id}");

    public override void WaitingForSlot(string stage) => Say($"waits {stage}");

    public override void AttemptStarted(StageState stage, AttemptState attempt) => Say($"start {stage.Name} {attempt.Number}");

    public override void CheckpointCommitted(string stage, CheckpointRef checkpoint, IReadOnlyList<StepMetrics> metrics) => Say($"checkpoint {stage} {checkpoint.Step}");

    public override void StageYielded(StageState stage) => Say($"yielded {stage.Name}");

    public override void StageDone(StageState stage) => Say($"done {stage.Name}");

    private static void Say(string what)
    {
        Console.Out.WriteLine(what);
        Console.Out.Flush();
    }
}
