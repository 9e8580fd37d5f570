using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>Real GRPO on a reward that can be fooled: the policy earns more by saying one token again and again, and no answer gets better. The alarms say so, a resumed run says the same, and an honest reward raises none.</summary>
public sealed class RewardHackingTests
{
    private static readonly GrpoOptions Options = GrpoLoopTask.Options with
    {
        Iterations = 24,
        MaxNewTokens = 20,
        LearningRate = 2e-2,
        KlWeight = 0,
        ReferenceRefreshIterations = 100,
        HeldOutQuestions = 2,
        HeldOutEveryIterations = 3,
        Alarms = new AlarmOptions { Window = 8 },
    };

    private static readonly RlQuestion[] HeldOut = [new("held:1", [3, 4], 0), new("held:2", [7, 2, 9], 1)];

    [Fact]
    public void Run_RewardThatCanBeFooled_RaisesAlarmsAndAResumeRaisesTheSame()
    {
        var hacked = new GrpoLoopTask(breakdown: rollout => Rewarded(accuracy: 0, rollout));
        using var whole = new GrpoLoopHost(17);
        Train(hacked, whole, null);

        string[] raised = [.. whole.Steps.SelectMany(step => RewardAlarm.Among(step.Values)).Select(alarm => alarm.Name).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["dominant-wanted", "repetition-runaway", "reward-without-accuracy", "saturated-accuracy"], raised);
        Assert.DoesNotContain(whole.Steps[0].Values.Keys, name => name.StartsWith(RewardAlarm.Prefix, StringComparison.Ordinal));
        Assert.Equal([1, 4, 7, 10, 13, 16, 19, 22], whole.Steps.Where(step => step.Values.ContainsKey("held-out-accuracy")).Select(step => step.Iteration!.Value).Distinct());
        AssertPure(whole.Steps);

        using var resumed = new GrpoLoopHost();
        Train(hacked, resumed, whole.CheckpointAt(17));
        Assert.Equal(18, resumed.Steps[0].Step);
        foreach (StepMetrics step in resumed.Steps) Assert.Equal(whole.Steps[(int)step.Step - 1].Values, step.Values);
    }

    [Fact]
    public void Run_AnswersThatGetBetter_RaiseNoAlarmOfAFooledReward()
    {
        using var host = new GrpoLoopHost();
        Train(new GrpoLoopTask(breakdown: rollout => Rewarded(Math.Min(1, GrpoLoopTask.ShareOf(rollout)), rollout)), host, null);

        Assert.True(host.Steps[^1].Values["reward"] > host.Steps[0].Values["reward"] + 0.3);
        Assert.DoesNotContain(host.Steps, step => step.Values.ContainsKey("alarm-reward-without-accuracy"));
        Assert.True(host.Steps.Last(step => step.Values.ContainsKey("held-out-accuracy")).Values["held-out-accuracy"] > host.Steps[0].Values["held-out-accuracy"]);
    }

    [Fact]
    public void Run_AnotherCadenceOfMeasurement_TrainsTheSameWeights()
    {
        using GrpoLoopHost often = new(), never = new();
        var task = new GrpoLoopTask();
        byte[] expected = Train(task, often, null, Options with { Iterations = 3, HeldOutEveryIterations = 1 });
        Assert.Equal(expected, Train(task, never, null, Options with { Iterations = 3, HeldOutEveryIterations = 100 }));
        Assert.Equal(9, often.Steps.Count(step => step.Values.ContainsKey("held-out-accuracy")));
    }

    [Fact]
    public void Run_HeldOutAnswerThatCannotBeGraded_IsCountedAndNoAccuracy()
    {
        using var host = new GrpoLoopHost();
        int asked = 0;
        var task = new GrpoLoopTask(breakdown: rollout => asked++ switch { 0 => RewardBreakdown.Failed("accuracy", "no judge"), 1 => Rewarded(0.5, rollout), _ => Rewarded(0, rollout) });
        Train(task, host, null, Options with { Iterations = 1 });

        Assert.All(host.Steps, step => Assert.Equal((0.5, 1.0), (step.Values["held-out-accuracy"], step.Values["held-out-errors"])));
    }

    /// <summary>The alarms of every iteration follow from the committed figures alone.</summary>
    private static void AssertPure(IReadOnlyList<StepMetrics> steps)
    {
        var iterations = steps.GroupBy(step => step.Iteration).Select(step => step.First().Values).ToList();
        for (int i = 0; i < iterations.Count; i++)
        {
            var again = RewardAlarms.Of([.. iterations.Take(i + 1)], Options.Alarms, Options.Questions * Options.GroupSize);
            Assert.Equal(RewardAlarm.Among(iterations[i]), again.OrderBy(alarm => alarm.Name, StringComparer.Ordinal));
        }
    }

    private static byte[] Train(GrpoLoopTask task, GrpoLoopHost host, string? resume, GrpoOptions? options = null)
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        _ = new GrpoLoop(policy, [GrpoLoopTask.Eos], options ?? Options, null, null, task, task, seed: 11, "rl", host, HeldOut).Run(resume);
        return policy.Parameters.Values.bytes.ToArray();
    }

    private static RewardBreakdown Rewarded(double accuracy, Rollout rollout)
    {
        double wanted = GrpoLoopTask.ShareOf(rollout);
        return new RewardBreakdown(accuracy + wanted, new Dictionary<string, double> { ["accuracy"] = accuracy, ["wanted"] = wanted })
        {
            Weights = new Dictionary<string, double> { ["accuracy"] = 1, ["wanted"] = 1 },
        };
    }
}
