using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Planning;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>Whole runs with real workers that go well or fail by themselves.</summary>
public sealed class RunEngineTests : IDisposable
{
    private readonly RunLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task RunAsync_Graph_RunsEveryStageOnceAndKeepsItsAccounts()
    {
        var definition = Some.Pipeline(Some.Counting("a", "steps=5,rollouts-every=2"), Some.After("b", "steps=3", "a"), Some.After("c", "steps=1", "a"), Some.After("d", "steps=2", "b", "c"));

        var outcome = await _lab.RunAsync(definition);

        Assert.Equal((0, ExecutionState.Done), (outcome.ExitCode, outcome.Run.State));
        var status = _lab.Reader.Status(outcome.Run.Id);
        Assert.Null(status.OwnerPid);
        Assert.All(status.Stages, stage => Assert.Equal((ExecutionState.Done, false, 1, stage.StepsPlanned, stage.StepsPlanned), (stage.State, stage.Cached, stage.Attempts, stage.StepsDone, stage.StepsExecuted)));
        Assert.All(status.Stages, stage => Assert.True(Directory.Exists(stage.Artifact!.Path)));
        Assert.Equal([1, 2, 3, 4, 5], _lab.Reader.Metrics(outcome.Run.Id, "a").Select(row => row.Metrics.Step));
        Assert.Equal([1, 2], _lab.Reader.Rollouts(outcome.Run.Id).Select(row => row.Rollout.Iteration));
        Assert.Equal(2, Assert.Single(_lab.Reader.Rollouts(outcome.Run.Id, "a", iteration: 2)).Rollout.Iteration);
        Assert.Equal("8", status.Stages[0].Metrics.GetProperty("micro_batch").GetRawText());
        Assert.True(File.Exists(_lab.Directory(outcome.Run.Id).Definition));
        Assert.Equal("yaml", File.ReadAllText(_lab.Directory(outcome.Run.Id).Pipeline));
    }

    [Fact]
    public async Task RunAsync_SecondTime_ReusesEveryStage()
    {
        var definition = Some.Pipeline(Some.Counting("a", "steps=3"), Some.After("b", "steps=2", "a"));
        var first = await _lab.RunAsync(definition);
        var watcher = new RunLab.Watcher();

        var second = await _lab.RunAsync(definition, watcher);

        Assert.NotEqual(first.Run.Id, second.Run.Id);
        Assert.Equal(["cached a", "cached b"], watcher.Seen);
        Assert.Equal(first.Run.Stages.Select(stage => stage.Artifact), second.Run.Stages.Select(stage => stage.Artifact));
        var status = _lab.Reader.Status(second.Run.Id).Stages[0];
        Assert.Equal((true, 0, 3L, 0L), (status.Cached, status.Attempts, status.StepsDone, status.StepsExecuted));
        Assert.Equal([1, 2, 3], _lab.Reader.Metrics(second.Run.Id, "a").Select(row => row.Metrics.Step));
    }

    [Fact]
    public async Task RunAsync_OneStageEdited_RerunsItAndItsDependants_AsPlanSaid()
    {
        var before = Some.Pipeline(Some.Counting("a", "steps=2"), Some.After("b", "steps=2", "a"), Some.After("c", "steps=2", "b"), Some.After("d", "steps=2", "a"));
        await _lab.RunAsync(before);
        var after = before with { Stages = [before.Stages[0], Some.After("b", "steps=3", "a"), before.Stages[2], before.Stages[3]] };
        var plan = new RunPlanner(_lab.Store, _lab.State).Plan(after);
        var watcher = new RunLab.Watcher();

        await _lab.RunAsync(after, watcher);

        Assert.Equal([true, false, false, true], plan.Stages.Select(stage => stage.Cached));
        Assert.Equal("option eos-token changed from \"steps=2\" to \"steps=3\"", plan.Stages[1].Why);
        Assert.Equal("its input b is computed first", plan.Stages[2].Why);
        Assert.Equal(["cached a", "cached d", "done b", "done c", "start b 1", "start c 1"], watcher.Seen.Order());
    }

    [Fact]
    public async Task RunAsync_OptionOutsideTheKeyEdited_ReusesTheResult()
    {
        await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=4", every: 2)));
        var watcher = new RunLab.Watcher();

        await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=4", every: 3, maxAttempts: 9, stallSeconds: 77)), watcher);

        Assert.Equal(["cached a"], watcher.Seen);
    }

    [Fact]
    public async Task RunAsync_OutputDeleted_ComputesItAgain()
    {
        var definition = Some.Pipeline(Some.Counting("a", "steps=2"));
        var first = await _lab.RunAsync(definition);
        Directory.Delete(_lab.Reader.Status(first.Run.Id).Stages[0].Artifact!.Path, recursive: true);

        var second = await _lab.RunAsync(definition);

        Assert.False(second.Run.Stage("a").Cached);
        Assert.Equal(first.Run.Stage("a").Artifact, second.Run.Stage("a").Artifact);
    }

    [Fact]
    public async Task RunAsync_IndependentStages_RunSideBySide()
    {
        var definition = Some.Pipeline(Some.Counting("a", "steps=40,wait-ms=100"), Some.Counting("b", "steps=40,wait-ms=100"));

        var run = (await _lab.RunAsync(definition)).Run;

        Assert.True(run.Stage("a").StartedAt < run.Stage("b").EndedAt && run.Stage("b").StartedAt < run.Stage("a").EndedAt);
    }

    [Fact]
    public async Task RunAsync_OneSlot_RunsThemOneAfterTheOther()
    {
        var definition = Some.Pipeline(Some.Counting("a", "steps=3"), Some.Counting("b", "steps=3"));

        var run = (await _lab.RunAsync(definition, options: _lab.Options with { Slots = 1 })).Run;

        var (first, second) = run.Stage("a").StartedAt < run.Stage("b").StartedAt ? ("a", "b") : ("b", "a");
        Assert.True(run.Stage(first).EndedAt <= run.Stage(second).StartedAt);
    }

    [Fact]
    public async Task RunAsync_StageFails_HoldsUpItsDependantsOnly()
    {
        var definition = Some.Pipeline(
            Some.Counting("bad", "steps=3,fail=user-data@1,failing-attempts=9"), Some.After("after-bad", "steps=1", "bad"), Some.Counting("good", "steps=2"), Some.After("after-good", "steps=1", "good"));

        var outcome = await _lab.RunAsync(definition);

        Assert.Equal((2, ExecutionState.Failed), (outcome.ExitCode, outcome.Run.State));
        Assert.Equal([ExecutionState.Failed, ExecutionState.Waiting, ExecutionState.Done, ExecutionState.Done], outcome.Run.Stages.Select(stage => stage.State));
        var bad = outcome.Run.Stage("bad");
        Assert.Equal((StageFailureClass.UserData, "user-data, as the test asked", 1), (bad.Failure, bad.Message, bad.Attempts.Count));
    }

    [Theory]
    [InlineData("native-crash", StageFailureClass.NativeCrash)]
    [InlineData("abort", StageFailureClass.NativeCrash)]
    public async Task RunAsync_Crash_IsRetriedFromTheCheckpointWithTheSameBytes(string way, StageFailureClass expected)
    {
        var undisturbed = await new Undisturbed().StateOf("steps=6");
        var watcher = new RunLab.Watcher();

        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", $"steps=6,fail={way}@5")), watcher);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains($"retry a {expected}", watcher.Seen);
        var status = _lab.Reader.Status(outcome.Run.Id).Stages[0];
        Assert.Equal([4L], status.ResumedFrom);
        Assert.Equal([1, 2, 3, 4, 5, 6], _lab.Reader.Metrics(outcome.Run.Id).Select(row => row.Metrics.Step));
        Assert.Equal(undisturbed, status.Metrics.GetProperty("state").GetString());
    }

    [Fact]
    public async Task RunAsync_KeepsCrashing_FailsAfterMaxAttempts()
    {
        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=6,fail=native-crash@3,failing-attempts=99", maxAttempts: 2)));

        Assert.Equal((1, 2), (outcome.ExitCode, outcome.Run.Stage("a").Attempts.Count));
        Assert.Equal(StageFailureClass.NativeCrash, outcome.Run.Stage("a").Failure);
        Assert.Contains("`max-attempts` allows no further one", outcome.Run.Stage("a").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("native-crash")] // the worker reports it
    [InlineData("abort")] // the worker dies without a word: its step mark says where
    public async Task RunAsync_CrashesAfterTheSameStepEveryTime_StopsWithADiagnosisAndResumeTriesAgain(string way)
    {
        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", $"steps=9,fail={way}@7,failing-attempts=3")));

        var stage = outcome.Run.Stage("a");
        Assert.Equal((1, ExecutionState.Failed, 3), (outcome.ExitCode, stage.State, stage.Attempts.Count));
        Assert.Contains("3 times in a row, native-crash after step 7", stage.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await _lab.ResumeAsync(outcome.Run.Id)).ExitCode);
    }

    [Fact]
    public async Task RunAsync_NumericGuard_StopsAtOnce()
    {
        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=3,fail=numeric-guard@2,failing-attempts=9")));

        Assert.Equal((1, StageFailureClass.NumericGuard, 1), (outcome.ExitCode, outcome.Run.Stage("a").Failure, outcome.Run.Stage("a").Attempts.Count));
    }

    [Fact]
    public async Task RunAsync_DiskFull_IsInterruptedAndResumable()
    {
        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=4,fail=disk-full@3")));

        Assert.Equal((3, ExecutionState.Interrupted, StageFailureClass.DiskFull), (outcome.ExitCode, outcome.Run.State, outcome.Run.Stage("a").Failure));
        Assert.Equal(0, (await _lab.ResumeAsync(outcome.Run.Id)).ExitCode);
    }

    [Fact]
    public async Task RunAsync_ReportedDoneWithStepsMissing_IsNoSuccess()
    {
        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=4,fail=short@2,failing-attempts=9", maxAttempts: 1)));

        Assert.Equal((1, ExecutionState.Failed), (outcome.ExitCode, outcome.Run.State));
    }

    [Fact]
    public async Task RunAsync_Hang_IsKilledWithItsStacksAndRetried()
    {
        var watcher = new RunLab.Watcher();

        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=4,fail=hang@3", stallSeconds: 5)), watcher);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("retry a Stalled", watcher.Seen);
        string path = RunDirectory.StacksOf(_lab.Directory(outcome.Run.Id).Attempt("a", 1));
        Assert.Contains(path, outcome.Run.Stage("a").Attempts[0].Message, StringComparison.Ordinal);
        string stacks = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.Matches(@"\d+ r1-test-worker: state \w, waits in ", stacks);
        // Where nobody may trace a process, the file says so and the kernel's view is all there is.
        if (!stacks.Contains("cannot be read", StringComparison.Ordinal)) Assert.Contains("at R1Pipeline.TestWorker.CountingStage.Hang(", stacks, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_CheckpointThatIsNeverWritten_IsAHangOnceTheNextOneWaitsForIt()
    {
        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=8,fail=hang-save@4", every: 2, stallSeconds: 2)));

        var attempts = outcome.Run.Stage("a").Attempts;
        Assert.Equal((0, StageFailureClass.Stalled), (outcome.ExitCode, attempts[0].Failure));
        Assert.Equal(2, attempts[1].ResumedFrom); // the step before the one that was never written
        Assert.Equal(Enumerable.Range(1, 8).Select(step => (long)step), _lab.Reader.Metrics(outcome.Run.Id).Select(row => row.Metrics.Step));
    }

    [Fact]
    public async Task RunAsync_MissedGate_KeepsTheOutput_AndAcceptGoesOn()
    {
        var definition = Some.Pipeline(Some.Counting("a", "steps=2,fail=gate-missed@2,failing-attempts=9"), Some.After("b", "steps=1", "a"));
        var missed = await _lab.RunAsync(definition);
        Assert.Equal((1, StageFailureClass.GateMissed), (missed.ExitCode, missed.Run.Stage("a").Failure));
        Assert.NotNull(missed.Run.Stage("a").Artifact);

        var again = await _lab.RunAsync(definition);
        Assert.Equal((missed.Run.Id, 1, 1), (again.Run.Id, again.ExitCode, again.Run.Stage("a").Attempts.Count));

        var accepted = await _lab.ResumeAsync(missed.Run.Id, accept: ["a"]);
        Assert.Equal((0, 1), (accepted.ExitCode, accepted.Run.Stage("a").Attempts.Count));
    }

    [Fact]
    public async Task ResumeAsync_From_ComputesTheStageAndItsDependantsAgain()
    {
        var first = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=3"), Some.After("b", "steps=2", "a"), Some.After("c", "steps=2", "b")));
        var watcher = new RunLab.Watcher();

        var again = await _lab.ResumeAsync(first.Run.Id, from: "b", events: watcher);

        Assert.Equal(["start b 2", "done b", "start c 2", "done c"], watcher.Seen);
        Assert.Equal(first.Run.Stages.Select(stage => stage.Artifact), again.Run.Stages.Select(stage => stage.Artifact));
        Assert.Equal([1, 2], _lab.Reader.Metrics(again.Run.Id, "b").Select(row => row.Metrics.Step));
    }

    [Theory]
    [InlineData("nothing", null, "there is no run 'nothing'")]
    [InlineData(null, "x", "has no stage 'x'; it has a")]
    public async Task ResumeAsync_UnknownRunOrStage_IsRefusedAsInput(string? run, string? from, string message)
    {
        var outcome = await _lab.RunAsync(Some.Pipeline(Some.Counting("a", "steps=1")));

        var refusal = await Assert.ThrowsAsync<RunRefusedException>(() => _lab.ResumeAsync(run ?? outcome.Run.Id, from));
        Assert.Equal(2, refusal.ExitCode);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The final state of a stage that nobody disturbed.</summary>
    private sealed class Undisturbed
    {
        public async Task<string?> StateOf(string plan)
        {
            using var lab = new RunLab();
            var outcome = await lab.RunAsync(Some.Pipeline(Some.Counting("a", plan)));
            return lab.Reader.Status(outcome.Run.Id).Stages[0].Metrics.GetProperty("state").GetString();
        }
    }
}
