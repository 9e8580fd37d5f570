using System.Diagnostics;
using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost.Channel;
using R1Pipeline.StageHost.Failures;
using R1Pipeline.StageHost.Faults;
using R1Pipeline.StageHost.Steps;
using Serilog;

namespace R1Pipeline.StageHost;

/// <summary>One attempt from its first phase to its report. Whatever the stage throws becomes a report and an exit code here and nowhere else.</summary>
internal sealed class Attempt(
    StageRequest request, IReadOnlyList<IStage> stages, Action<int, string?>? prepare, IOwnerChannel owner, ProgressCounters progress, ILogger log)
{
    private const string FaultVariable = "R1_FAULT";
    private const string LibtorchVariable = "R1_LIBTORCH";

    private StageContext? _context;

    public int Run()
    {
        log.Information("Attempt {Attempt} of stage {Stage:l} ({Uses:l}), key {Key:l}, token {Token}, process {ProcessId}",
            request.Attempt, request.Stage, request.Uses, request.Key, request.Token, Environment.ProcessId);
        try
        {
            StageReport report = Execute();
            Send(report);
            log.Information("Done: {Steps} steps, {ProgressCount} tokens and rows worked through", report.StepsDone, _context!.WorkedThrough);
            return WorkerExitCode.Done;
        }
        catch (Exception error)
        {
            return Fail(error);
        }
    }

    private StageReport Execute()
    {
        var faults = new FaultPlan(
            Environment.GetEnvironmentVariable(FaultVariable), request.Stage, request.Attempt, fault => log.Warning("{Variable:l} strikes: {Fault:l}", FaultVariable, fault));
        IStage stage = stages.FirstOrDefault(candidate => candidate.Uses == request.Uses)
            ?? throw new StageFailedException(
                StageFailureClass.UserData, $"this worker has no stage '{request.Uses}'; it has {string.Join(", ", stages.Select(known => known.Uses))}");
        _context = new StageContext(request, owner, log, progress, faults);
        progress.Phase = "loading";
        owner.ConfirmLease(); // now the owner knows where the attempt goes on, however soon it ends
        prepare?.Invoke(_context.Threads, Environment.GetEnvironmentVariable(LibtorchVariable));
        StageResult result = stage.Execute(_context);
        _context.Settle();
        Demand(_context.Ledger.Done == progress.StepsPlanned,
            $"stage kind {request.Uses} returned after {_context.Ledger.Done} of {progress.StepsPlanned} planned steps");
        Demand(result.Artifact.Kind == StageCatalog.Find(request.Uses)!.Output, $"stage kind {request.Uses} returned a {result.Artifact.Kind}");
        Demand(result.Artifact == _context.Committed, $"stage kind {request.Uses} returned an artifact that it did not commit in this attempt");
        return Report(_context) with
        {
            Artifact = result.Artifact,
            Metrics = JsonSerializer.SerializeToElement(result.Metrics, ContractJson.Compact),
            Data = result.Data,
            StepMetrics = _context.Ledger.Pending,
        };
    }

    private int Fail(Exception error)
    {
        StageFailureClass failure = FailureMap.ClassOf(error);
        int code = FailureMap.ExitCodeOf(failure);
        if (code == FailureMap.Bug)
        {
            log.Error(error, "Stage {Stage:l} failed with a bug", request.Stage);
            Console.Error.WriteLine(error);
        }
        else
        {
            log.Error("Stage {Stage:l} ends with {Failure}: {Message:l}", request.Stage, failure, error.Message);
        }
        if (failure == StageFailureClass.LeaseLost) return code;
        SettleLastSave();
        bool keepsOutput = failure == StageFailureClass.GateMissed;
        StageResult? kept = keepsOutput ? _context?.Kept : null;
        try
        {
            Send(Report(_context) with
            {
                Failure = failure,
                Message = FailureMap.MessageOf(error, request),
                Artifact = keepsOutput ? _context?.Committed : null,
                Metrics = kept is null ? null : JsonSerializer.SerializeToElement(kept.Metrics, ContractJson.Compact),
                Data = kept?.Data ?? [],
                StepMetrics = keepsOutput ? _context?.Ledger.Pending ?? [] : [],
            });
        }
        catch (StageFailedException lost) when (lost.Failure == StageFailureClass.LeaseLost)
        {
            return WorkerExitCode.LeaseLost;
        }
        return code;
    }

    /// <summary>A report ends the attempt, and nothing is announced after it: what is being saved comes first, and stands even when the stage failed.</summary>
    private void SettleLastSave()
    {
        try
        {
            _context?.Settle();
        }
        catch (Exception error)
        {
            log.Error("The checkpoint under way failed too: {Message:l}", error.Message);
        }
    }

    private void Send(StageReport report)
    {
        owner.ConfirmLease();
        try
        {
            AtomicFile.WriteAllText(RunDirectory.ReportOf(request.AttemptDirectory), JsonSerializer.Serialize(report, ContractJson.Indented));
        }
        catch (IOException error) when (DiskGuard.IsDiskFull(error))
        {
            log.Warning("No space for {Report:l}: the message to the owner is all there is", RunDirectory.ReportOf(request.AttemptDirectory));
        }
        owner.Commit(sequence => new ReportMessage { Sequence = sequence, Report = report });
    }

    private StageReport Report(StageContext? context)
    {
        using var self = Process.GetCurrentProcess();
        return new StageReport { StepsDone = context?.Ledger.Done ?? 0, StepsPlanned = progress.StepsPlanned, PeakResidentBytes = self.PeakWorkingSet64 };
    }

    private static void Demand(bool holds, string message)
    {
        if (!holds) throw new InvalidOperationException(message);
    }
}
