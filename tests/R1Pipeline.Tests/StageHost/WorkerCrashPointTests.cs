using System.Diagnostics;
using System.Text.RegularExpressions;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.StageHost;

/// <summary>
/// Kills the worker inside the commit of a checkpoint or an artifact, at a chosen system call (strace's fault injection), and looks at the order
/// in which a commit reaches the disk: a kill alone cannot show a missing fsync.
/// </summary>
public sealed class WorkerCrashPointTests : IDisposable
{
    private const string Strace = "/usr/bin/strace";
    private const string Plan = "steps=5";

    private static readonly Lazy<bool> CanTrace = new(() =>
    {
        if (!File.Exists(Strace)) return false;
        using var probe = Process.Start(new ProcessStartInfo(Strace, ["-o", "/dev/null", "true"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        return probe.ExitCode == 0;
    });

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("fsync", 1)]
    [InlineData("fsync", 3)]
    [InlineData("fsync", 4)]
    [InlineData("rename", 1)]
    [InlineData("rename", 2)]
    public async Task Killed_InsideACommit_RetryGivesTheSameBytesAndLeavesNoOrphans(string call, int when)
    {
        Assert.SkipUnless(CanTrace.Value, "strace is not installed, or may not trace here");
        ArtifactRef undisturbed;
        using (var reference = WorkerUnderTest.Start(WorkerUnderTest.Request(_folder.At("reference"), Plan)))
        {
            await reference.End();
            undisturbed = reference.Report.Artifact!;
        }
        using var killed = WorkerUnderTest.Start(
            WorkerUnderTest.Request(_folder.At("killed"), Plan), tracer: [Strace, "-f", "-o", _folder.At("trace"), "-e", $"trace={call}", "-e", $"inject={call}:signal=SIGKILL:when={when}"]);
        Assert.Equal(137, (await killed.End()).Code);

        StageRequest second = WorkerUnderTest.Request(_folder.At("killed"), Plan, attempt: 2, killed.Checkpoints);
        using var retried = WorkerUnderTest.Start(second);
        Assert.Equal(WorkerExitCode.Done, (await retried.End()).Code);

        Assert.Equal(undisturbed, retried.Report.Artifact);
        Assert.Equal([RunDirectory.ArtifactOf(second.ArtifactsDirectory, undisturbed.Sha256)], Directory.EnumerateFileSystemEntries(second.ArtifactsDirectory));
        Assert.All(Directory.EnumerateFileSystemEntries(RunDirectory.CheckpointsOf(second.StageDirectory)), path => Assert.StartsWith("step-", Path.GetFileName(path)));
    }

    [Fact]
    public async Task Commit_OfACheckpoint_SyncsFilesThenManifestThenFolderThenRenamesThenSyncsTheParent()
    {
        Assert.SkipUnless(CanTrace.Value, "strace is not installed, or may not trace here");
        string trace = _folder.At("trace");
        StageRequest request = WorkerUnderTest.Request(_folder.Path, Plan);
        using var worker = WorkerUnderTest.Start(request, tracer: [Strace, "-f", "-y", "-s", "500", "-o", trace, "-e", "trace=fsync,rename"]);
        Assert.Equal(WorkerExitCode.Done, (await worker.End()).Code);

        string parent = Regex.Escape(RunDirectory.CheckpointsOf(request.StageDirectory)), temporary = $@"{parent}/\.tmp-\w+";
        string[] calls = [.. File.ReadLines(trace).Where(line => line.Contains("/checkpoints", StringComparison.Ordinal))];

        Assert.Collection(
            calls,
            call => Assert.Matches($@"fsync\(\d+<{temporary}/state\.txt>", call),
            call => Assert.Matches($@"fsync\(\d+<{temporary}/manifest\.json>", call),
            call => Assert.Matches($@"fsync\(\d+<{temporary}>", call),
            call => Assert.Matches($@"rename\(""{temporary}"", ""{parent}/step-000000003-t1""", call),
            call => Assert.Matches($@"fsync\(\d+<{parent}>", call));
    }

    public void Dispose() => _folder.Dispose();
}
