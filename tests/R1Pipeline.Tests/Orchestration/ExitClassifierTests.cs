using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Tests.Orchestration;

public sealed class ExitClassifierTests
{
    [Theory]
    [InlineData(0, StageFailureClass.NativeCrash, "exit code 0 and without a report")]
    [InlineData(1, StageFailureClass.NativeCrash, "exit code 1")]
    [InlineData(WorkerExitCode.UserData, StageFailureClass.UserData, "refused")]
    [InlineData(WorkerExitCode.OutOfMemory, StageFailureClass.OutOfMemory, "memory")]
    [InlineData(WorkerExitCode.NumericGuard, StageFailureClass.NumericGuard, "guard")]
    [InlineData(WorkerExitCode.Interrupted, StageFailureClass.Interrupted, "stop")]
    [InlineData(WorkerExitCode.LeaseLost, StageFailureClass.LeaseLost, "lease")]
    [InlineData(WorkerExitCode.DiskFull, StageFailureClass.DiskFull, "disk")]
    [InlineData(134, StageFailureClass.NativeCrash, "signal 6 (SIGABRT)")]
    [InlineData(137, StageFailureClass.NativeCrash, "signal 9 (SIGKILL)")]
    [InlineData(139, StageFailureClass.NativeCrash, "signal 11 (SIGSEGV)")]
    public void Classify_WithoutReport_ByExitCode(int exitCode, StageFailureClass expected, string words)
    {
        var (failure, message) = ExitClassifier.Classify(exitCode, kernelRanOutOfMemory: false);

        Assert.Equal(expected, failure);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classify_KilledWhileTheKernelRanOutOfMemory_IsOutOfMemory() =>
        Assert.Equal(StageFailureClass.OutOfMemory, ExitClassifier.Classify(137, kernelRanOutOfMemory: true).Failure);
}
