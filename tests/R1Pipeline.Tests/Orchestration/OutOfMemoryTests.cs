using System.Diagnostics;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Workers;
using R1Pipeline.Tests.StageHost;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>Workers that really run out of memory: killed by the kernel, or refused more by it. Half the micro-batch fits, and the run ends as if nothing had been.</summary>
public sealed class OutOfMemoryTests : IDisposable
{
    // In the last step each of eight sequences takes 40 MB: too much beside the 60 MB that a worker takes by itself. Half of them fit.
    private const long LimitBytes = 256_000_000;

    // This limit counts what is reserved, too: stacks, and the heap's room to grow.
    private const long ReservedLimitBytes = 400_000_000;

    private const int Steps = 6;

    private readonly RunLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task RunAsync_KernelKillsTheWorkerForItsMemory_HalvesTheMicroBatchAndGoesOnFromTheCheckpoint()
    {
        using var group = MemoryCgroup.TryMake(LimitBytes);
        Assert.SkipWhen(group is null, "a memory control group can only be made where the kernel's file system of them is writable (as root)");

        await AssertHalvedAsync(group.Inside(), "the kernel killed the worker because memory ran out");
    }

    [Fact]
    public async Task RunAsync_KernelRefusesTheWorkerMoreMemory_HalvesTheMicroBatchAndGoesOnFromTheCheckpoint()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "prlimit (util-linux) is not installed");

        await AssertHalvedAsync(["/usr/bin/prlimit", $"--data={ReservedLimitBytes}", "--"], "memory ran out");
    }

    [Fact]
    public async Task RunAsync_KernelKillsAnotherProcessAndTheWorkerIsKilledOtherwise_IsACrash()
    {
        using var group = MemoryCgroup.TryMake(LimitBytes);
        Assert.SkipWhen(group is null, "a memory control group can only be made where the kernel's file system of them is writable (as root)");
        bool done = false;
        var watcher = new RunLab.Watcher
        {
            AtCheckpoint = _ =>
            {
                if (done) return;
                done = true;
                string[] hog = [.. group.Inside(), "tail", "/dev/zero"]; // one endless line, kept whole
                using var other = Process.Start(hog[0], hog[1..]);
                other.WaitForExit();
                Assert.Equal(128 + 9, other.ExitCode);
                foreach (int worker in RunRecoveryTests.WorkersOf(_lab.State)) Process.GetProcessById(worker).Kill();
            },
        };

        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=20,wait-ms=500,waiting-attempts=1")), watcher);

        var stage = outcome.Run.Stage("a");
        Assert.Equal((0, 2, StageFailureClass.NativeCrash), (outcome.ExitCode, stage.Attempts.Count, stage.Attempts[0].Failure));
    }

    private async Task AssertHalvedAsync(string[] limited, string message)
    {
        var undisturbed = await UndisturbedAsync();

        var outcome = await _lab.RunAsync(Definition(), options: _lab.Options with { Worker = new WorkerCommand(limited[0], [.. limited[1..], WorkerUnderTest.Executable]) });

        var stage = outcome.Run.Stage("a");
        Assert.Equal((0, 2, 1), (outcome.ExitCode, stage.Attempts.Count, stage.Failures));
        Assert.Equal((AttemptOutcome.Failed, StageFailureClass.OutOfMemory, null), (stage.Attempts[0].Outcome, stage.Attempts[0].Failure, stage.Attempts[0].MicroBatchLimit));
        Assert.StartsWith(message, stage.Attempts[0].Message, StringComparison.Ordinal);
        Assert.Equal((AttemptOutcome.Done, 4), (stage.Attempts[1].Outcome, stage.Attempts[1].MicroBatchLimit));
        Assert.True(stage.Attempts[1].ResumedFrom >= 2);
        Assert.Equal(undisturbed.Run.Stage("a").Artifact, stage.Artifact);
        Assert.Equal("4", _lab.Reader.Status(outcome.Run.Id).Stages[0].Metrics.GetProperty("micro_batch").GetRawText());
        Assert.Equal(Enumerable.Range(1, Steps), _lab.Reader.Metrics(outcome.Run.Id).Select(row => (int)row.Metrics.Step));
    }

    private static async Task<RunOutcome> UndisturbedAsync()
    {
        using var lab = new RunLab();
        return await lab.RunAsync(Definition());
    }

    private static PipelineDefinition Definition() => Some.Pipeline(new StageDefinition
    {
        Name = "a",
        Uses = "cold-start",
        Seed = 1,
        Options = new SupervisedFineTuningOptions { Epochs = Steps, BatchSize = 8, MaxTokens = 40, CheckpointEverySteps = 2 },
    });
}
