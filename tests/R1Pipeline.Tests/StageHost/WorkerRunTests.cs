using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.StageHost;

/// <summary>Real worker processes that do their work, are asked to stop, or crash and are tried again: every step counts once and the bytes are the same.</summary>
public sealed class WorkerRunTests : IDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Run_Undisturbed_CommitsEveryStepOnceAndOneArtifact()
    {
        StageRequest request = WorkerUnderTest.Request(_folder.Path, "steps=7", keep: 1);
        using var worker = WorkerUnderTest.Start(request);

        (int code, string standardError) = await worker.End();

        Assert.Equal(WorkerExitCode.Done, code);
        Assert.Equal([6L, 3L], worker.Checkpoints.Select(checkpoint => checkpoint.Step));
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7], Steps(worker));
        Assert.Equal([worker.Checkpoints[1].Directory], worker.Messages.OfType<CheckpointMessage>().Last().Superseded);
        Assert.Equal([worker.Checkpoints[0].Directory], Directory.EnumerateDirectories(RunDirectory.CheckpointsOf(request.StageDirectory)));
        Assert.Equal((7L, 7L, (StageFailureClass?)null), (worker.Report.StepsDone, worker.Report.StepsPlanned, worker.Report.Failure));
        Assert.True(worker.Report.PeakResidentBytes > 10_000_000);
        new ArtifactStore(request.ArtifactsDirectory).Verify(worker.Report.Artifact!);
        Assert.Contains("Printed by a library", standardError);
        Assert.True(File.Exists(RunDirectory.ReportOf(request.AttemptDirectory)));
        Assert.Equal(worker.Messages.Select(message => message.Sequence), Enumerable.Range(1, worker.Messages.Count).Select(number => (long)number));
    }

    [Theory]
    [InlineData("kill@step=5", 137)]
    [InlineData("kill@checkpoint=2", 137)]
    [InlineData("kill@committed-checkpoint=1", 137)]
    [InlineData("kill@rollouts=2", 137)]
    [InlineData("kill@committed-rollouts=2", 137)]
    [InlineData("kill@progress=6", 137)]
    [InlineData("kill@progress-in-counting=6", 137)]
    [InlineData("kill@artifact=1", 137)]
    [InlineData("2:kill@step=1,other:kill@step=1,tokens:1:kill@step=5", 137)]
    [InlineData("abort@step=7", 134)]
    public async Task Run_KilledThenRetried_GivesTheSameBytesAndEveryStepOnce(string fault, int expected)
    {
        ArtifactRef undisturbed = await Reference("steps=8,rollouts-every=2");
        StageRequest first = WorkerUnderTest.Request(_folder.At("killed"), "steps=8,rollouts-every=2");
        using var killed = WorkerUnderTest.Start(first, fault: fault);
        Assert.Equal(expected, (await killed.End()).Code);

        StageRequest second = WorkerUnderTest.Request(_folder.At("killed"), "steps=8,rollouts-every=2", attempt: 2, killed.Checkpoints);
        using var retried = WorkerUnderTest.Start(second, fault: fault);
        Assert.Equal(WorkerExitCode.Done, (await retried.End()).Code);

        Assert.Equal(undisturbed, retried.Report.Artifact);
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7, 8], Steps(killed).Concat(Steps(retried)));
        Assert.Equal(killed.Checkpoints[0].Step, retried.Messages.OfType<HeartbeatMessage>().Last().ResumedFrom);
        Assert.All(Directory.EnumerateDirectories(RunDirectory.CheckpointsOf(second.StageDirectory)), path => Assert.StartsWith("step-", Path.GetFileName(path)));
        Assert.Equal([1L, 2, 3, 4], killed.Messages.Concat(retried.Messages).OfType<RolloutsMessage>().Select(message => message.Shard.Iteration).Distinct().Order());
    }

    [Fact]
    public async Task Run_NewestCheckpointDamaged_NamesItAndGoesOnFromTheOneBefore()
    {
        ArtifactRef undisturbed = await Reference("steps=8");
        using var killed = WorkerUnderTest.Start(WorkerUnderTest.Request(_folder.At("killed"), "steps=8"), fault: "kill@step=7");
        await killed.End();
        File.WriteAllText(Path.Combine(killed.Checkpoints[0].Directory, "state.txt"), "rotten");

        StageRequest second = WorkerUnderTest.Request(_folder.At("killed"), "steps=8", attempt: 2, killed.Checkpoints);
        using var retried = WorkerUnderTest.Start(second);
        Assert.Equal(WorkerExitCode.Done, (await retried.End()).Code);

        Assert.Equal(undisturbed, retried.Report.Artifact);
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7, 8], Steps(killed).Concat(Steps(retried)));
        Assert.Equal(3, retried.Messages.OfType<HeartbeatMessage>().Last().ResumedFrom);
        Assert.Contains(killed.Checkpoints[0].Directory, WorkerUnderTest.LogOf(second));
        Assert.Contains("file state.txt has 6 bytes", WorkerUnderTest.LogOf(second));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_AskedToStop_CommitsACheckpointAndCanGoOn(bool bySignal)
    {
        ArtifactRef undisturbed = await Reference("steps=400");
        StageRequest first = WorkerUnderTest.Request(_folder.At("stopped"), "steps=400,wait-ms=10", every: 1000);
        using var stopped = WorkerUnderTest.Start(first);
        await stopped.WaitFor<HeartbeatMessage>(beat => beat.StepsDone > 0);
        if (bySignal) stopped.Signal(SigTerm);
        else stopped.Send(new StopMessage());
        Assert.Equal(WorkerExitCode.Interrupted, (await stopped.End()).Code);
        Assert.Equal((StageFailureClass.Interrupted, stopped.Checkpoints[0].Step), (stopped.Report.Failure, stopped.Report.StepsDone));
        Assert.Contains("`r1 resume run-1`", stopped.Report.Message);

        using var resumed = WorkerUnderTest.Start(WorkerUnderTest.Request(_folder.At("stopped"), "steps=400", attempt: 2, stopped.Checkpoints, every: 1000));
        Assert.Equal(WorkerExitCode.Done, (await resumed.End()).Code);

        Assert.Equal(undisturbed, resumed.Report.Artifact);
        Assert.Equal(Enumerable.Range(1, 400).Select(step => (long)step), Steps(stopped).Concat(Steps(resumed)));
    }

    [Fact]
    public async Task Run_Interrupted_ByTheTerminal_LeavesTheDecisionToTheOwner()
    {
        using var worker = WorkerUnderTest.Start(WorkerUnderTest.Request(_folder.Path, "steps=20,wait-ms=100"));
        await worker.WaitFor<HeartbeatMessage>(beat => beat.StepsDone > 0);

        worker.Signal(SigInt);

        Assert.Equal(WorkerExitCode.Done, (await worker.End()).Code);
    }

    [Fact]
    public async Task Run_WithoutARequest_SaysSoAndEndsWithTwo()
    {
        string path = _folder.At("request.json");
        File.WriteAllText(path, "{}");
        using var worker = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(WorkerUnderTest.Executable, [path]) { RedirectStandardError = true })!;

        Assert.Contains("is no stage request", await worker.StandardError.ReadToEndAsync());
        await worker.WaitForExitAsync();
        Assert.Equal(2, worker.ExitCode);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<ArtifactRef> Reference(string plan)
    {
        using var worker = WorkerUnderTest.Start(WorkerUnderTest.Request(_folder.At("reference"), plan, every: 1000));
        Assert.Equal(WorkerExitCode.Done, (await worker.End()).Code);
        return worker.Report.Artifact!;
    }

    private static IEnumerable<long> Steps(WorkerUnderTest worker) => worker.Messages
        .SelectMany(message => message switch { CheckpointMessage checkpoint => checkpoint.Metrics, ReportMessage report => report.Report.StepMetrics, _ => [] })
        .Select(metrics => metrics.Step);
}
