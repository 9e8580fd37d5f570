using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>Every guard stops before the update that it guards, with its figure and its limit.</summary>
public sealed class GrpoGuardTests
{
    private static readonly GrpoOptions Options = GrpoLoopTask.Options;

    [Fact]
    public void Run_KlPassesItsLimit_StopsBeforeTheUpdate()
    {
        (StageFailedException failure, GrpoLoopHost host) = Fail(Options with { MaxKl = 1e-5, LearningRate = 5e-2, ReferenceRefreshIterations = 100 });
        Assert.Equal(StageFailureClass.NumericGuard, failure.Failure);
        Assert.Matches(@"step \d+: the mean KL to the reference is .*, above max-kl 1e-05", failure.Message);
        Assert.All(host.Steps, step => Assert.True(step.Values["kl"] <= 1e-5));
    }

    [Fact]
    public void Run_EntropyBelowItsLimit_StopsAfterCommittingTheRollouts()
    {
        (StageFailedException failure, GrpoLoopHost host) = Fail(Options with { MinEntropy = 50 });
        Assert.Equal(StageFailureClass.NumericGuard, failure.Failure);
        Assert.Contains("below min-entropy 50", failure.Message);
        Assert.Empty(host.Steps);
        Assert.Equal([1L], host.Rollouts.Keys);
    }

    [Fact]
    public void Run_DriftAboveItsLimit_StopsBeforeTheFirstUpdate()
    {
        (StageFailedException failure, GrpoLoopHost host) = Fail(Options with { MaxLogprobDrift = 0 });
        Assert.Equal(StageFailureClass.NumericGuard, failure.Failure);
        Assert.Contains("max-logprob-drift", failure.Message);
        Assert.Empty(host.Steps);
    }

    [Fact]
    public void Run_AccuracyDoesNotRise_MissesTheGateAtItsIteration()
    {
        (StageFailedException failure, GrpoLoopHost host) = Fail(Options with { Iterations = 7, MinAccuracyGain = 0.15, AccuracyGainIteration = 6, LearningRate = 0, EndLearningRate = 0 });
        Assert.Equal(StageFailureClass.GateMissed, failure.Failure);
        Assert.Contains("iteration 6", failure.Message);
        Assert.Contains("min-accuracy-gain 0.150", failure.Message);
        Assert.Equal(15, host.Steps.Count);
    }

    [Fact]
    public void Run_AccuracyRises_PassesTheGate()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        using var host = new GrpoLoopHost();
        GrpoOptions options = Options with { Iterations = 12, GroupSize = 16, LearningRate = 2e-2, MinAccuracyGain = 0.15, AccuracyGainIteration = 12 };
        Assert.Equal(36, GrpoLoopTask.NewLoop(policy, options, host).Run(null).Steps);
    }

    [Fact]
    public void Run_GateBeyondTheLastIteration_IsRefusedAtOnce()
    {
        (StageFailedException failure, GrpoLoopHost host) = Fail(Options with { MinAccuracyGain = 0.1, AccuracyGainIteration = 20 });
        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Empty(host.Events);
    }

    [Fact]
    public void Run_GradientIsNotFinite_StopsBeforeTheUpdate()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        byte[] before = [];
        using var host = new GrpoLoopHost
        {
            OnStep = _ =>
            {
                policy.Parameters.Gradients!.fill_(float.NaN); // what an overflow inside the next backward pass would leave
                before = policy.Parameters.Values.bytes.ToArray();
            },
        };
        var failure = Assert.Throws<StageFailedException>(() => GrpoLoopTask.NewLoop(policy, Options, host).Run(null));
        Assert.Equal(StageFailureClass.NumericGuard, failure.Failure);
        Assert.Contains("gradient norm is NaN", failure.Message);
        Assert.True(policy.Parameters.Values.bytes.SequenceEqual(before));
        Assert.Single(host.Steps);
    }

    [Fact]
    public void Run_FewerOutputsThanMinibatches_IsRefused() =>
        Assert.Equal(StageFailureClass.UserData, Fail(Options with { Minibatches = 13 }).Failure.Failure);

    private static (StageFailedException Failure, GrpoLoopHost Host) Fail(GrpoOptions options, GrpoLoopTask? task = null)
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        using var host = new GrpoLoopHost();
        return (Assert.Throws<StageFailedException>(() => GrpoLoopTask.NewLoop(policy, options, host, task: task).Run(null)), host);
    }
}
