using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.StageHost;

/// <summary>Each way to fail has its exit code and its report, and no way to fail looks like success.</summary>
public sealed class WorkerFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("user-data", 10, StageFailureClass.UserData)]
    [InlineData("out-of-memory", 11, StageFailureClass.OutOfMemory)]
    [InlineData("native-oom", 11, StageFailureClass.OutOfMemory)]
    [InlineData("numeric-guard", 12, StageFailureClass.NumericGuard)]
    [InlineData("bug", 1, StageFailureClass.NativeCrash)]
    [InlineData("short", 1, StageFailureClass.NativeCrash)]
    public async Task Run_StageFails_ExitCodeAndReportSayWhy(string way, int expected, StageFailureClass failure)
    {
        using var worker = WorkerUnderTest.Start(WorkerUnderTest.Request(_folder.Path, $"steps=5,fail={way}@4"));

        (int code, string standardError) = await worker.End();

        Assert.Equal(expected, code);
        Assert.Equal((failure, 4L, null), (worker.Report.Failure, worker.Report.StepsDone, worker.Report.Artifact));
        Assert.Empty(worker.Report.StepMetrics); // step 4 will be done again: its figures are not committed now
        Assert.NotEmpty(worker.Report.Message!);
        Assert.Equal(code == 1, standardError.Contains("   at R1Pipeline", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_ReturnsBeforeThePlannedSteps_IsABugNotASuccess()
    {
        using var worker = WorkerUnderTest.Start(WorkerUnderTest.Request(_folder.Path, "steps=5,fail=short@4"));

        await worker.End();

        Assert.Contains("returned after 4 of 5 planned steps", worker.Report.Message);
    }

    [Fact]
    public async Task Run_GateMissed_KeepsOutputAndFigures()
    {
        StageRequest request = WorkerUnderTest.Request(_folder.Path, "steps=5,fail=gate-missed@5", every: 2);
        using var worker = WorkerUnderTest.Start(request);

        Assert.Equal(WorkerExitCode.UserData, (await worker.End()).Code);

        Assert.Equal(StageFailureClass.GateMissed, worker.Report.Failure);
        new ArtifactStore(request.ArtifactsDirectory).Verify(worker.Report.Artifact!);
        Assert.Equal([5L], worker.Report.StepMetrics.Select(metrics => metrics.Step));
    }

    [Fact]
    public async Task Run_DiskFullDuringACheckpoint_IsResumableWithBothFiguresAndNoLeftovers()
    {
        StageRequest request = WorkerUnderTest.Request(_folder.Path, "steps=9");
        using var worker = WorkerUnderTest.Start(request, fault: "disk-full@checkpoint=2");

        Assert.Equal(WorkerExitCode.DiskFull, (await worker.End()).Code);

        Assert.Equal(StageFailureClass.DiskFull, worker.Report.Failure);
        Assert.Matches("a checkpoint of at least [0-9]+ bytes needs [0-9]+ bytes, found [0-9]+ free on .* `r1 resume run-1`", worker.Report.Message);
        Assert.Equal([worker.Checkpoints[0].Directory], Directory.EnumerateFileSystemEntries(RunDirectory.CheckpointsOf(request.StageDirectory)));
    }

    [Fact]
    public async Task Run_DamagedInput_NamesFileAndStageToRedo()
    {
        StageRequest request = WorkerUnderTest.Request(_folder.Path, "steps=1");
        var store = new ArtifactStore(request.ArtifactsDirectory);
        var input = store.Commit(Contracts.Artifacts.ArtifactKind.Model, directory => File.WriteAllText(Path.Combine(directory, "weights"), "fine"), null);
        File.WriteAllText(Path.Combine(store.DirectoryOf(input), "weights"), "FINE");
        using var worker = WorkerUnderTest.Start(request with { Artifacts = [new StageArtifact("model", "base", "base", input, store.DirectoryOf(input))] });

        Assert.Equal(WorkerExitCode.UserData, (await worker.End()).Code);

        Assert.Contains("file weights has sha256", worker.Report.Message);
        Assert.Contains("`r1 resume run-1 --from base`", worker.Report.Message);
    }

    public void Dispose() => _folder.Dispose();
}
