using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>GRPO from end to end on a tiny decoder: it learns, it accounts for what it did, and its bits do not depend on kills or micro-batches.</summary>
public sealed class GrpoLoopTests
{
    private static readonly GrpoOptions Options = GrpoLoopTask.Options;

    [Fact]
    public void Run_RewardForOneToken_PolicyLearnsToEmitIt()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        using var host = new GrpoLoopHost();
        GrpoOptions options = Options with { Iterations = 25, GroupSize = 16, Minibatches = 2, LearningRate = 1e-2, KlWeight = 0.001 };
        LoopOutcome outcome = GrpoLoopTask.NewLoop(policy, options, host).Run(null);

        Assert.Equal(50, outcome.Steps);
        double first = host.Steps.Take(6).Average(step => step.Values["reward"]), last = host.Steps.TakeLast(6).Average(step => step.Values["reward"]);
        Assert.InRange(first, 0, 0.3);
        Assert.InRange(last, 0.8, 1);
    }

    [Fact]
    public void Run_EveryStep_IsCountedOnceWithItsFigures()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        using var host = new GrpoLoopHost();
        GrpoLoopTask.NewLoop(policy, Options, host).Run(null);

        Assert.Equal(12, host.Planned);
        Assert.Equal(Enumerable.Range(1, 12).Select(i => (long)i), host.Steps.Select(step => step.Step));
        Assert.Equal([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4], host.Steps.Select(step => step.Iteration!.Value));
        string[] always = ["loss", "reward", "accuracy", "kl", "entropy", "response-tokens", "ratio", "clip-fraction-low", "clip-fraction-high", "grad-norm", "learning-rate", "truncated-share", "zero-spread-share"];
        Assert.All(host.Steps, step => Assert.All(always, name => Assert.True(double.IsFinite(step.Values[name]), $"{name} at step {step.Step}")));
        for (int i = 0; i < 12; i++) Assert.Equal(LearningRate.At(Options, i, 12), host.Steps[i].Values["learning-rate"]);

        // Sampler and trainer agree on the policy: the first minibatch of an iteration has ratio 1 and nothing clipped.
        foreach (StepMetrics step in host.Steps.Where(step => step.Step % 3 == 1))
        {
            Assert.InRange(step.Values["logprob-drift"], 0, 1e-5);
            Assert.Equal(1, step.Values["ratio"], 1e-4);
            Assert.Equal(0, step.Values["clip-fraction-low"] + step.Values["clip-fraction-high"]);
        }
        Assert.All(host.Steps.Where(step => step.Step % 3 != 1), step => Assert.DoesNotContain("logprob-drift", step.Values.Keys));

        // reference := policy before iterations 1 and 3: the KL of their first minibatch is zero, that of the others is not.
        Assert.All([0, 6], i => Assert.Equal(0, host.Steps[i].Values["kl"], 1e-6));
        Assert.All([3, 9], i => Assert.True(host.Steps[i].Values["kl"] > 1e-5));
    }

    [Theory]
    [InlineData(null, 12)]
    [InlineData(5, 5)]
    [InlineData(1, 1)]
    public void Run_RolloutBatch_BoundsTheRowsThatAreDecodedSideBySide(int? rolloutBatch, long expected)
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        using var host = new GrpoLoopHost();
        GrpoLoopTask.NewLoop(policy, Options with { Iterations = 1 }, host, rolloutBatch: rolloutBatch).Run(null);

        Assert.Equal(12, host.Rollouts[1].Count);
        Assert.Equal(expected, host.MostRolloutsAtOnce);
    }

    [Fact]
    public void Run_Rollouts_AreCommittedWholeBeforeTheFirstUpdateOfTheirIteration()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        using var host = new GrpoLoopHost();
        GrpoLoopTask.NewLoop(policy, Options, host).Run(null);

        Assert.Equal(
            ["rollouts", "rewards", "commit 1", "reference", "update", "step 1", "update", "step 2", "update", "step 3", "rollouts"],
            host.Events.Take(11));
        Assert.Equal([1L, 2, 3, 4], host.Rollouts.Keys);
        IReadOnlyList<RolloutRecord> second = host.Rollouts[2];
        Assert.Equal(12, second.Count);
        Assert.Equal(["q:2-0", "q:2-1", "q:2-2"], second.Select(record => record.Question).Distinct());
        Assert.Equal([0, 1, 2, 3], second.Take(4).Select(record => record.Sample));
        Assert.All(second, record =>
        {
            Assert.Equal(3, record.PolicyVersion);
            Assert.Equal(record.OutputIds.Count, record.Logprobs.Count);
            Assert.Equal(record.OutputIds[^1] == GrpoLoopTask.Eos ? "stop" : "length", record.FinishReason);
            Assert.Equal(record.OutputIds.Count(id => id == GrpoLoopTask.Wanted) / 8.0, record.Total);
        });
        Assert.Equal(second.Average(record => record.Total)!.Value, host.Steps[3].Values["reward"], 1e-12);
        Assert.Equal(second.Average(record => record.OutputIds.Count), host.Steps[3].Values["response-tokens"], 1e-12);
    }

    [Theory]
    [InlineData(LossAggregation.SequenceMean)]
    [InlineData(LossAggregation.TokenMean)]
    public void Run_AnyMicroBatch_SamePolicyUpToRounding(LossAggregation aggregation)
    {
        GrpoOptions options = Options with { Aggregation = aggregation, Iterations = 1 };
        float[] whole = Train(options, null), ones = Train(options, 1), threes = Train(options, 3);
        for (int i = 0; i < whole.Length; i++)
        {
            Assert.Equal(whole[i], ones[i], 2e-4);
            Assert.Equal(whole[i], threes[i], 2e-4);
        }
    }

    [Fact]
    public void Run_NoSpreadNoKl_LeavesThePolicyAsItIs()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        float[] before = Values(policy);
        using var host = new GrpoLoopHost();
        GrpoLoopTask.NewLoop(policy, Options with { KlWeight = 0, WeightDecay = 0 }, host, task: new GrpoLoopTask(_ => 0.1)).Run(null);
        Assert.Equal(before, Values(policy));
        Assert.All(host.Steps, step => Assert.Equal((1.0, 0.0), (step.Values["zero-spread-share"], step.Values["loss"])));
        Assert.All(host.Steps, step => Assert.DoesNotContain("kl", step.Values.Keys));
        Assert.DoesNotContain("reference", host.Events);
    }

    [Fact]
    public void Run_TemperedRollouts_RatioIsStillThatOfThePolicy()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        using var host = new GrpoLoopHost();
        GrpoLoopTask.NewLoop(policy, Options with { Temperature = 0.6, TopP = 0.9, Iterations = 1 }, host).Run(null);
        Assert.Equal(1, host.Steps[0].Values["ratio"], 1e-4);
    }

    private static float[] Train(GrpoOptions options, int? microBatch)
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        using var host = new GrpoLoopHost();
        GrpoLoopTask.NewLoop(policy, options, host, microBatch).Run(null);
        return Values(policy);
    }

    private static float[] Values(Decoder policy) => policy.Parameters.Values.data<float>().ToArray();
}
