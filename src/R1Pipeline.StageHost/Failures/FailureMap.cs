using System.Runtime.InteropServices;
using R1Pipeline.Artifacts.Disk;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.StageHost.Failures;

/// <summary>
/// What an exception means for the run. Failures that the product foresees carry their class; memory and disk errors are recognised;
/// anything else is a bug: the owner treats it as a crash, and the log has the stack.
/// </summary>
internal static class FailureMap
{
    /// <summary>Exit code of a bug: none of <see cref="WorkerExitCode"/>, so the owner retries it as a crash.</summary>
    public const int Bug = 1;

    /// <summary>The failure class; <see cref="StageFailureClass.NativeCrash"/> for a bug.</summary>
    public static StageFailureClass ClassOf(Exception error) => error switch
    {
        StageFailedException failed => failed.Failure,
        OutOfMemoryException => StageFailureClass.OutOfMemory,
        ExternalException native when NativeOutOfMemory.IsSaidBy(native.Message) => StageFailureClass.OutOfMemory,
        IOException io when DiskGuard.IsDiskFull(io) => StageFailureClass.DiskFull,
        _ => StageFailureClass.NativeCrash,
    };

    /// <summary>A sentence or two for the user.</summary>
    public static string MessageOf(Exception error, StageRequest request) => ClassOf(error) switch
    {
        _ when error is StageFailedException => error.Message,
        StageFailureClass.OutOfMemory => $"memory ran out: {FirstLine(error.Message)}; set a smaller `micro-batch` or free memory",
        StageFailureClass.DiskFull => $"{error.Message}; free space and `r1 resume {request.Run}`",
        _ => $"{error.GetType().Name}: {FirstLine(error.Message)}; the stack is in the attempt's log (`r1 logs {request.Run} {request.Stage}`)",
    };

    /// <summary>The worker's exit code.</summary>
    public static int ExitCodeOf(StageFailureClass failure) => failure switch
    {
        StageFailureClass.UserData or StageFailureClass.GateMissed => WorkerExitCode.UserData,
        StageFailureClass.OutOfMemory => WorkerExitCode.OutOfMemory,
        StageFailureClass.NumericGuard => WorkerExitCode.NumericGuard,
        StageFailureClass.Interrupted => WorkerExitCode.Interrupted,
        StageFailureClass.LeaseLost => WorkerExitCode.LeaseLost,
        StageFailureClass.DiskFull => WorkerExitCode.DiskFull,
        _ => Bug,
    };

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd('\r');
}
