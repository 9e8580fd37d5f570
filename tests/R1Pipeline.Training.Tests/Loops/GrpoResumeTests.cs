using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>A run that was killed after any step and resumed from its checkpoint ends with the bytes, metrics and rollouts of one that never was.</summary>
public sealed class GrpoResumeTests
{
    // 4 iterations of 3 minibatches; the reference is refreshed before iteration 3: checkpoints fall on, before, and after every kind of border.
    private static readonly GrpoOptions Options = GrpoLoopTask.Options;

    [Fact]
    public void Run_ResumedFromAnyStep_SameBytesMetricsAndRollouts()
    {
        using var whole = new GrpoLoopHost(Enumerable.Range(1, 12).Select(i => (long)i).ToArray());
        using Decoder wholePolicy = GrpoLoopTask.NewPolicy();
        LoopOutcome wholeOutcome = GrpoLoopTask.NewLoop(wholePolicy, Options, whole).Run(null);
        byte[] expected = wholePolicy.Parameters.Values.bytes.ToArray();

        for (long step = 1; step <= 12; step++)
        {
            using var host = new GrpoLoopHost();
            using Decoder policy = GrpoLoopTask.NewPolicy();
            LoopOutcome outcome = GrpoLoopTask.NewLoop(policy, Options, host).Run(whole.CheckpointAt(step));
            Assert.Equal(wholeOutcome, outcome);
            Assert.True(policy.Parameters.Values.bytes.SequenceEqual(expected), $"resumed from step {step}: other bytes");
            Assert.Equal(Describe(whole.Steps.Where(s => s.Step > step)), Describe(host.Steps));
            Assert.Equal(Enumerable.Range(1, 4).Where(i => (i - 1) * 3 >= step).Select(i => (long)i), host.Rollouts.Keys);
        }
    }

    [Fact]
    public void Run_PromptsReadOneByOneAndResumed_SameBytes()
    {
        GrpoOptions options = Options with { MaxPrefillTokens = 1 };
        using GrpoLoopHost whole = new(4), resumed = new();
        using Decoder wholePolicy = GrpoLoopTask.NewPolicy(), policy = GrpoLoopTask.NewPolicy();
        GrpoLoopTask.NewLoop(wholePolicy, options, whole).Run(null);
        GrpoLoopTask.NewLoop(policy, options, resumed).Run(whole.CheckpointAt(4));

        Assert.Equal([4, 4, 4], whole.RolloutCounts.Take(3));          // three questions with four outputs each
        Assert.True(policy.Parameters.Values.bytes.SequenceEqual(wholePolicy.Parameters.Values.bytes));
    }

    [Fact]
    public void Run_ResumedTwiceInOneIteration_SameBytes()
    {
        using var whole = new GrpoLoopHost(4);
        using Decoder wholePolicy = GrpoLoopTask.NewPolicy();
        GrpoLoopTask.NewLoop(wholePolicy, Options, whole).Run(null);

        using var second = new GrpoLoopHost(5);
        using Decoder secondPolicy = GrpoLoopTask.NewPolicy();
        GrpoLoopTask.NewLoop(secondPolicy, Options, second).Run(whole.CheckpointAt(4));
        using var third = new GrpoLoopHost();
        using Decoder thirdPolicy = GrpoLoopTask.NewPolicy();
        GrpoLoopTask.NewLoop(thirdPolicy, Options, third).Run(second.CheckpointAt(5));
        Assert.True(thirdPolicy.Parameters.Values.bytes.SequenceEqual(wholePolicy.Parameters.Values.bytes));
    }

    [Fact]
    public void Run_ResumedBeforeTheAccuracyGate_MeasuresTheSameGain()
    {
        GrpoOptions options = Options with { Iterations = 6, MinAccuracyGain = 0.99, AccuracyGainIteration = 6 };
        using var whole = new GrpoLoopHost(14);
        using Decoder wholePolicy = GrpoLoopTask.NewPolicy();
        var expected = Assert.Throws<StageFailedException>(() => GrpoLoopTask.NewLoop(wholePolicy, options, whole).Run(null));

        using var host = new GrpoLoopHost();
        using Decoder policy = GrpoLoopTask.NewPolicy();
        var failure = Assert.Throws<StageFailedException>(() => GrpoLoopTask.NewLoop(policy, options, host).Run(whole.CheckpointAt(14)));
        Assert.Equal((StageFailureClass.GateMissed, expected.Message), (failure.Failure, failure.Message));
    }

    [Fact]
    public void Run_KlAskedForOnlyOnResume_IsRefused()
    {
        using var whole = new GrpoLoopHost(4);
        using Decoder wholePolicy = GrpoLoopTask.NewPolicy();
        GrpoLoopTask.NewLoop(wholePolicy, Options with { KlWeight = 0 }, whole).Run(null);

        using var host = new GrpoLoopHost();
        using Decoder policy = GrpoLoopTask.NewPolicy();
        var failure = Assert.Throws<StageFailedException>(() => GrpoLoopTask.NewLoop(policy, Options with { KlWeight = 0, MaxKl = 1 }, host).Run(whole.CheckpointAt(4)));
        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("max-kl", failure.Message);
    }

    [Fact]
    public void Capture_ReferenceUnchangedSinceTheCheckpointBefore_IsNamedSo()
    {
        using var host = new GrpoLoopHost(Enumerable.Range(1, 12).Select(i => (long)i).ToArray());
        using Decoder policy = GrpoLoopTask.NewPolicy();
        GrpoLoopTask.NewLoop(policy, Options, host).Run(null);
        using var resumedHost = new GrpoLoopHost(7, 8);
        using Decoder resumed = GrpoLoopTask.NewPolicy();
        GrpoLoopTask.NewLoop(resumed, Options, resumedHost).Run(host.CheckpointAt(5));

        // New before step 1 and refreshed before step 7: the first checkpoint after each has it anew.
        Assert.Equal([1L, 7], host.Captured.Where(checkpoint => !Reference(checkpoint.Value).Unchanged).Select(checkpoint => checkpoint.Key));
        Assert.Equal([false, true], resumedHost.Captured.Values.Select(files => Reference(files).Unchanged));
    }

    [Fact]
    public void Capture_Checkpoint_IsAModelFolderOfThePolicyOfThatStep()
    {
        using var host = new GrpoLoopHost(12);
        using Decoder policy = GrpoLoopTask.NewPolicy();
        GrpoLoopTask.NewLoop(policy, Options, host).Run(null);
        ModelFolder.SaveConfig(policy.Config, host.CheckpointAt(12));

        using Decoder loaded = ModelFolder.Load(host.CheckpointAt(12), trainable: false);

        Assert.True(loaded.Parameters.Values.bytes.SequenceEqual(policy.Parameters.Values.bytes));
    }

    private static CheckpointFile Reference(IReadOnlyList<CheckpointFile> files) => files.Single(file => file.Name == "training/reference.safetensors");

    private static string[] Describe(IEnumerable<StepMetrics> steps) =>
        [.. steps.Select(step => $"{step.Step}/{step.Iteration}: {string.Join(' ', step.Values.OrderBy(v => v.Key).Select(v => $"{v.Key}={v.Value:r}"))}")];
}
