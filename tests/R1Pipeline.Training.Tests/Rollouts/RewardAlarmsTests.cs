using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Training.Tests.Rollouts;

/// <summary>Each alarm on made-up figures, just over and just under its default limit; and the figures that they look at, from their definitions.</summary>
public sealed class RewardAlarmsTests
{
    private const int Window = 20, Outputs = 100;

    [Theory]
    [InlineData(0.101, 0.009, true)]
    [InlineData(0.099, 0, false)]
    [InlineData(0.5, 0.011, false)]
    [InlineData(0.5, -0.3, true)]
    [InlineData(0.5, 0, false, 0.995)]
    public void RewardWithoutAccuracy_NeedsARiseOfTheRewardAlone(double reward, double accuracy, bool raised, double before = 0.5)
    {
        var figures = Iterations(i => Step(("reward", Half(i, 1, reward)), ("accuracy", Half(i, before, accuracy))));
        Assert.Equal(raised ? ["reward-without-accuracy"] : [], Raised(figures));
        Assert.Empty(Raised(figures[1..]));
        Assert.Empty(Raised(figures, new AlarmOptions { RewardRise = null }));
    }

    [Fact]
    public void RewardWithoutAccuracy_HeldOutQuestions_CountInPlaceOfTheRolloutsOwn()
    {
        // The accuracy of the rollouts rises; that of the questions held out, measured every fifth iteration, falls.
        var figures = Iterations(i => i % 5 == 0
            ? Step(("reward", Half(i, 1, 0.3)), ("accuracy", Half(i, 0.5, 0.3)), ("held-out-accuracy", Half(i, 0.5, -0.05)))
            : Step(("reward", Half(i, 1, 0.3)), ("accuracy", Half(i, 0.5, 0.3))));
        Assert.Equal(["reward-without-accuracy"], Raised(figures));

        // Measured in one half only: nobody knows.
        Assert.Empty(Raised(Iterations(i => i == 0 ? Step(("reward", 1), ("held-out-accuracy", 0.5)) : Step(("reward", Half(i, 1, 0.3))))));
    }

    [Theory]
    [InlineData(2.01, true)]
    [InlineData(1.99, false)]
    [InlineData(0.2, false)]
    public void LengthRunaway_OutputsTwiceAsLong(double factor, bool raised) =>
        Assert.Equal(raised ? ["length-runaway"] : [], Raised(Iterations(i => Step(("response-tokens", i < Window / 2 ? 100 : 100 * factor)))));

    [Theory]
    [InlineData(0.201, true)]
    [InlineData(0.199, false)]
    public void RepetitionRunaway_AFifthMoreRepeated(double rise, bool raised) =>
        Assert.Equal(raised ? ["repetition-runaway"] : [], Raised(Iterations(i => Step(("repeated-share", Half(i, 0.1, rise))))));

    [Theory]
    [InlineData("model", 0.96, 0.96, true)]
    [InlineData("model", 0.96, 0.94, false)]
    [InlineData("accuracy", 1, 1, false)]
    public void Dominant_OnePartDecidesInEveryRecentIteration(string part, double share, double once, bool raised) =>
        Assert.Equal(raised ? [$"dominant-{part}"] : [], Raised(Iterations(i => Step(($"share-{part}", i == 15 ? once : i < 10 ? 0.1 : share)))));

    [Theory]
    [InlineData("model", 0.009, 0.009, true)]
    [InlineData("accuracy", 0, 0, true)]
    [InlineData("model", 0.009, 0.2, false)]
    [InlineData("format", 0, 0, false)]
    [InlineData("language", 0, 0, false)]
    public void Saturated_PartIsTheSameForAllOutputs(string part, double spread, double once, bool raised) =>
        Assert.Equal(raised ? [$"saturated-{part}"] : [], Raised(Iterations(i => Step(($"spread-{part}", i == 15 ? once : i < 10 ? 0.5 : spread)))));

    [Theory]
    [InlineData(6, 1, true)]
    [InlineData(4, 1, false)]
    [InlineData(100, 15, true)]
    [InlineData(1, 15, false)]
    public void Errors_PartFailsOften_IsSaidFromTheFirstIterationOn(int errors, int after, bool raised) =>
        Assert.Equal(raised ? ["errors-model"] : [], Raised([.. Enumerable.Range(0, after).Select(i => i == after - 1 || after == 1 ? Step(("error-model", errors)) : Step(("reward", 1)))]));

    [Fact]
    public void History_ToValuesAndBack_KeepsTheWindow()
    {
        FigureHistory history = FigureHistory.Empty;
        for (int i = 0; i < 12; i++) history = history.Add(Step(("reward", i), ("share-a/b", double.NaN)), 11);

        FigureHistory back = FigureHistory.FromValues(history.ToValues());

        Assert.Equal(Enumerable.Range(1, 11).Select(i => (double)i), back.Iterations.Select(figures => figures["reward"]));
        Assert.All(back.Iterations, figures => Assert.Equal(["reward", "share-a/b"], figures.Keys.Order()));
    }

    [Fact]
    public void Figures_SharesAndSpreads_AreThoseOfTheDeviationsInsideGroups()
    {
        // Group one: accuracy 1 0, model .2 .4; group two: accuracy 1 1, model .9 .1; weights 1 and 2.
        (double Accuracy, double Model)[] parts = [(1, 0.2), (0, 0.4), (1, 0.9), (1, 0.1)];
        RewardBreakdown[] rewards = [.. parts.Select(part => new RewardBreakdown(part.Accuracy + (2 * part.Model), new Dictionary<string, double> { ["accuracy"] = part.Accuracy, ["model"] = part.Model })
        {
            Weights = new Dictionary<string, double> { ["accuracy"] = 1, ["model"] = 2 },
        })];
        Rollout Of(params int[] ids) => new(ids, new float[ids.Length], new float[ids.Length], true);
        RolloutGroup[] groups =
        [
            new(new RlQuestion("a", [1], 0), [Of(1, 2, 3, 4, 5), Of(7, 7, 7, 7, 7, 7)]),
            new(new RlQuestion("b", [1], 0), [Of(1, 2, 1, 2, 1, 2), Of(1)]),
        ];

        Dictionary<string, double> figures = RolloutFigures.Of(groups, rewards);

        // Totals 1.4 0.8 | 2.8 1.2: deviations ±.3 and ±.8, their squares add up to 1.46.
        Assert.Equal(2 * 0.5 * 0.3 / 1.46, figures["share-accuracy"], 1e-12);
        Assert.Equal(2 * ((-0.1 * 2 * 0.3) + (0.4 * 2 * 0.8)) / 1.46, figures["share-model"], 1e-12);
        Assert.Equal(1, figures["share-accuracy"] + figures["share-model"], 1e-12);
        Assert.Equal(Math.Sqrt(0.5 / 4), figures["spread-accuracy"], 1e-12);
        Assert.Equal(Math.Sqrt(((2 * 0.01) + (2 * 0.16)) / 4), figures["spread-model"], 1e-12);
        // Runs of four: 2 of 2 different, 1 of 3, 2 of 3, none.
        Assert.Equal((0 + (2.0 / 3) + (1.0 / 3) + 0) / 4, figures["repeated-share"], 1e-12);
    }

    private static string[] Raised(IReadOnlyList<IReadOnlyDictionary<string, double>> iterations, AlarmOptions? options = null) =>
        [.. RewardAlarms.Of(iterations, options ?? new AlarmOptions(), Outputs).Select(alarm => alarm.Name)];

    private static IReadOnlyDictionary<string, double>[] Iterations(Func<int, IReadOnlyDictionary<string, double>> figures) => [.. Enumerable.Range(0, Window).Select(figures)];

    private static double Half(int iteration, double before, double rise) => iteration < Window / 2 ? before : before + rise;

    private static Dictionary<string, double> Step(params (string Name, double Value)[] figures) => figures.ToDictionary(figure => figure.Name, figure => figure.Value);
}
