using System.Diagnostics;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.StageHost;

/// <summary>A worker without an owner ends; a worker without a lease writes nothing more. Real processes, real signals.</summary>
public sealed class WorkerLeaseTests : IDisposable
{
    private const int SigKill = 9;
    private const int SigStop = 19;
    private const int SigCont = 18;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task OwnerCloses_WhileTheTrainingThreadHangs_KillsTheWorkerAtOnce()
    {
        using var worker = WorkerUnderTest.Start(WorkerUnderTest.Request(_folder.Path, "steps=5,fail=hang@2"));
        await worker.WaitFor<HeartbeatMessage>(beat => beat.StepsDone == 2);

        worker.CloseInput();

        Assert.Equal(128 + SigKill, (await worker.End()).Code);
    }

    [Fact]
    public async Task OwnerIsKilled_EndsTheWorker()
    {
        string request = WorkerUnderTest.Save(WorkerUnderTest.Request(_folder.Path, "steps=5,fail=hang@2"));
        using var owner = Process.Start(new ProcessStartInfo(WorkerUnderTest.Executable, ["--own", request]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        int workerId = int.Parse((await owner.StandardOutput.ReadLineAsync())!);
        Assert.True(IsAlive(workerId));

        owner.Kill();
        await owner.WaitForExitAsync();

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (IsAlive(workerId)) await Task.Delay(20, patience.Token);
    }

    [Fact]
    public async Task Stopped_PastTheLease_WritesNothingAndEndsWithLeaseLost()
    {
        StageRequest request = WorkerUnderTest.Request(_folder.Path, "steps=4,wait-ms=1000", every: 1, lease: TimeSpan.FromSeconds(5));
        using var worker = WorkerUnderTest.Start(request);
        await worker.WaitFor<HeartbeatMessage>(beat => beat.Phase == "counting");

        worker.Signal(SigStop);
        string[] before = Durable(request);
        await Task.Delay(TimeSpan.FromSeconds(5.5));
        worker.Signal(SigCont);

        Assert.Equal(WorkerExitCode.LeaseLost, (await worker.End()).Code);
        Assert.Empty(Durable(request).Except(before));
        Assert.Empty(worker.Messages.OfType<ReportMessage>());
    }

    [Fact]
    public async Task OwnerIsSilent_EndsWithLeaseLostAndNoReport()
    {
        StageRequest request = WorkerUnderTest.Request(_folder.Path, "steps=1000,wait-ms=50", every: 1000, lease: TimeSpan.FromSeconds(2));
        using var worker = WorkerUnderTest.Start(request, _ => null);

        Assert.Equal(WorkerExitCode.LeaseLost, (await worker.End()).Code);
        Assert.Empty(worker.Messages.OfType<ReportMessage>());
    }

    [Fact]
    public async Task Fenced_AtACheckpoint_SendsNothingMoreAndEndsWithLeaseLost()
    {
        StageRequest request = WorkerUnderTest.Request(_folder.Path, "steps=9");
        using var worker = WorkerUnderTest.Start(request, message => message is CheckpointMessage ? new FencedMessage { Sequence = message.Sequence } : WorkerUnderTest.Acknowledge(message));

        Assert.Equal(WorkerExitCode.LeaseLost, (await worker.End()).Code);

        Assert.Single(worker.Messages.OfType<CheckpointMessage>());
        Assert.Empty(worker.Messages.OfType<ReportMessage>());
        Assert.False(Directory.Exists(request.ArtifactsDirectory) && Directory.EnumerateFileSystemEntries(request.ArtifactsDirectory).Any());
    }

    public void Dispose() => _folder.Dispose();

    // All that somebody else could take for the stage's work.
    private static string[] Durable(StageRequest request) =>
        [.. Directory.EnumerateFileSystemEntries(request.StageDirectory, "*", SearchOption.AllDirectories)
            .Concat(Directory.Exists(request.ArtifactsDirectory) ? Directory.EnumerateFileSystemEntries(request.ArtifactsDirectory) : [])];

    // A killed owner's worker may stay as a zombie until somebody reaps it: that is dead enough.
    private static bool IsAlive(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
