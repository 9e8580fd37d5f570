using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>A reward that fails, is poisoned or does not apply neither stops nor skews a step, and is counted and stored.</summary>
public sealed class RewardErrorTests
{
    private static readonly GrpoOptions Options = GrpoLoopTask.Options;

    public static TheoryData<string> Poisons => ["nan", "infinity", "part", "failed", "not-applicable"];

    [Theory, MemberData(nameof(Poisons))]
    public void Run_SomeRewardsAreUnusable_TrainsOnTheOthersAndSaysSo(string poison)
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        using var host = new GrpoLoopHost();
        var task = new GrpoLoopTask(breakdown: rollout => IsHit(rollout) ? Poisoned(poison) : null);
        Assert.Equal(12, GrpoLoopTask.NewLoop(policy, Options, host, task: task).Run(null).Steps);

        RolloutRecord[] hit = [.. host.Rollouts[1].Where(record => record.Total is null)];
        Assert.InRange(hit.Length, 1, host.Rollouts[1].Count - 1);
        bool error = poison != "not-applicable";
        Assert.All(hit, record => Assert.Equal(error, record.Errors is { Count: 1 }));
        Assert.Equal(error ? hit.Length : 0, host.Steps[0].Values["reward-errors"]);
        Assert.Equal(error ? 0 : hit.Length, host.Steps[0].Values["reward-not-applicable"]);
        Assert.Equal(host.Rollouts[1].Average(record => record.Total)!.Value, host.Steps[0].Values["reward"], 1e-12);
        Assert.All(host.Steps, step => Assert.True(double.IsFinite(step.Values["loss"])));
        Assert.All(policy.Parameters.Values.data<float>().ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Run_OutputWithoutAReward_GivesNoGradientWhateverItsTokensAre()
    {
        // The unusable outputs of a group are cut out of the comparison: the same run with other unusable values ends in the same bits.
        byte[] failed = Train("failed"), poisoned = Train("nan"), absent = Train("not-applicable");
        Assert.Equal(failed, poisoned);
        Assert.Equal(failed, absent);
        Assert.NotEqual(failed, Train(null));
    }

    [Fact]
    public void Run_NoOutputHasAReward_StepsCountAndChangeNothing()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        byte[] before = policy.Parameters.Values.bytes.ToArray();
        using var host = new GrpoLoopHost();
        var task = new GrpoLoopTask(breakdown: _ => RewardBreakdown.Failed("judge", "the endpoint is gone"));
        Assert.Equal(12, GrpoLoopTask.NewLoop(policy, Options, host, task: task).Run(null).Steps);
        Assert.Equal(before, policy.Parameters.Values.bytes.ToArray());
        Assert.Equal((12.0, 12.0), (host.Steps[0].Values["reward-errors"], host.Steps[0].Values["error-judge"]));
        Assert.DoesNotContain("reward", host.Steps[0].Values.Keys);
    }

    [Fact]
    public void Run_ResumedWithErrorsPending_EndsWithTheSameBits()
    {
        var task = new GrpoLoopTask(breakdown: rollout => IsHit(rollout) ? Poisoned("failed") : null);
        using Decoder policy = GrpoLoopTask.NewPolicy(), resumed = GrpoLoopTask.NewPolicy();
        using GrpoLoopHost host = new(2), after = new();
        GrpoLoopTask.NewLoop(policy, Options, host, task: task).Run(null);
        GrpoLoopTask.NewLoop(resumed, Options, after, task: task).Run(host.CheckpointAt(2));
        Assert.Equal(policy.Parameters.Values.bytes.ToArray(), resumed.Parameters.Values.bytes.ToArray());
    }

    private static byte[] Train(string? poison)
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        using var host = new GrpoLoopHost();
        GrpoLoopTask.NewLoop(policy, Options, host, task: new GrpoLoopTask(breakdown: rollout => poison is not null && IsHit(rollout) ? Poisoned(poison) : null)).Run(null);
        return policy.Parameters.Values.bytes.ToArray();
    }

    private static bool IsHit(Rollout rollout) => rollout.OutputIds.Sum() % 3 == 0;

    private static RewardBreakdown Poisoned(string poison) => poison switch
    {
        "nan" => new RewardBreakdown(double.NaN, new Dictionary<string, double>()),
        "infinity" => new RewardBreakdown(double.PositiveInfinity, new Dictionary<string, double>()),
        "part" => new RewardBreakdown(1, new Dictionary<string, double> { ["model"] = double.NaN }),
        "failed" => RewardBreakdown.Failed("judge", "timed out"),
        _ => new RewardBreakdown(null, new Dictionary<string, double>()),
    };
}
