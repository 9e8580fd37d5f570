using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>What the end of a worker that reported nothing means. A report always says more: this is asked only without one.</summary>
internal static class ExitClassifier
{
    private const int SignalBase = 128;
    private const int Kill = 9;

    private static readonly Dictionary<int, string> SignalNames = new()
    {
        [2] = "SIGINT",
        [4] = "SIGILL",
        [6] = "SIGABRT",
        [7] = "SIGBUS",
        [8] = "SIGFPE",
        [9] = "SIGKILL",
        [11] = "SIGSEGV",
        [13] = "SIGPIPE",
        [15] = "SIGTERM",
    };

    /// <summary>Class and words for an exit code.</summary>
    /// <param name="exitCode">Exit code; 128 + signal.</param>
    /// <param name="kernelRanOutOfMemory">Whether the kernel's out-of-memory killer struck where the worker ran.</param>
    public static (StageFailureClass Failure, string Message) Classify(int exitCode, bool kernelRanOutOfMemory) => exitCode switch
    {
        WorkerExitCode.UserData => (StageFailureClass.UserData, "the worker refused the stage's data or options"),
        WorkerExitCode.OutOfMemory => (StageFailureClass.OutOfMemory, "the worker ran out of memory"),
        WorkerExitCode.NumericGuard => (StageFailureClass.NumericGuard, "a numeric guard stopped the worker"),
        WorkerExitCode.Interrupted => (StageFailureClass.Interrupted, "the worker was asked to stop"),
        WorkerExitCode.LeaseLost => (StageFailureClass.LeaseLost, "the worker could not renew its lease in time"),
        WorkerExitCode.DiskFull => (StageFailureClass.DiskFull, "the worker found no space on the disk"),
        SignalBase + Kill when kernelRanOutOfMemory => (StageFailureClass.OutOfMemory, "the kernel killed the worker because memory ran out"),
        > SignalBase and <= SignalBase + 64 => (StageFailureClass.NativeCrash, $"the worker was ended by signal {exitCode - SignalBase}{Name(exitCode - SignalBase)}"),
        _ => (StageFailureClass.NativeCrash, $"the worker ended with exit code {exitCode} and without a report"),
    };

    private static string Name(int signal) => SignalNames.TryGetValue(signal, out string? name) ? $" ({name})" : "";
}
