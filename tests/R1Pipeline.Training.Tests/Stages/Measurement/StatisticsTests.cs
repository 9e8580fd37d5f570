using R1Pipeline.Contracts.Stages;
using R1Pipeline.Stages.Measurement;

namespace R1Pipeline.Training.Tests.Stages.Measurement;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(10, 3, 1, 0.3)]
    [InlineData(10, 3, 2, 1 - (7.0 * 6.0 / (10.0 * 9.0)))]
    [InlineData(16, 1, 16, 1.0)]
    [InlineData(16, 0, 16, 0.0)]
    [InlineData(5, 3, 3, 1.0)]
    [InlineData(200, 10, 100, 0.999229)]
    public void PassAtK_CountsFromClosedForm_AreUnbiased(int samples, int correct, int k, double expected) =>
        Assert.Equal(expected, PassAtK.Estimate(samples, correct, k), 4);

    [Fact]
    public void PassAtK_EveryDrawOfTheSamples_IsTheMeanOverSubsets()
    {
        bool[] right = [true, false, false, true, false, false];
        int[][] subsets = [.. from a in Enumerable.Range(0, 6) from b in Enumerable.Range(0, 6) from c in Enumerable.Range(0, 6) where a < b && b < c select new[] { a, b, c }];

        double counted = subsets.Average(subset => subset.Any(i => right[i]) ? 1.0 : 0.0);

        Assert.Equal(counted, PassAtK.Estimate(6, 2, 3), 12);
    }

    [Fact]
    public void PassAtK_MoreThanTheSamples_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => PassAtK.Estimate(4, 2, 5));

    [Fact]
    public void Consensus_MajorityIsRight_IsCorrect() => Assert.True(Consensus.IsCorrect([Vote(0, "7", false), Vote(1, "8", true), Vote(2, "8", true)]));

    [Fact]
    public void Consensus_Tie_GoesToTheFirstAnswer()
    {
        Assert.False(Consensus.IsCorrect([Vote(0, "7", false), Vote(1, "8", true)]));
        Assert.True(Consensus.IsCorrect([Vote(0, "8", true), Vote(1, "7", false)]));
    }

    [Fact]
    public void Consensus_SamplesWithoutAnAnswer_HaveNoVote()
    {
        Assert.True(Consensus.IsCorrect([Vote(0, null, false), Vote(1, null, false), Vote(2, "8", true)]));
        Assert.False(Consensus.IsCorrect([Vote(0, null, false), Vote(1, null, false)]));
    }

    [Fact]
    public void TaskFigures_SampleThatCouldNotBeGraded_CountsInNoOtherFigure()
    {
        GradedSample broken = Vote(1, null, false) with { Error = "TimeoutException: 5 s" };
        var metrics = TaskFigures.Of([Vote(0, "8", true), broken], temperature: 1, k: 2).ToMetrics();

        Assert.Equal((1.0, 1.0, 1.0, 1.0, 1.0), (metrics["pass_at_1"], metrics["pass_at_k"], metrics["cons_at_k"], metrics["num_samples"], metrics["num_errors"]));
        var failure = Assert.Throws<StageFailedException>(() => TaskFigures.Of([broken], temperature: 1, k: 1));
        Assert.Contains("TimeoutException: 5 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ConfidenceInterval_OneSample_IsWilsons()
    {
        double[] means = [.. Enumerable.Repeat(1.0, 45), .. Enumerable.Repeat(0.0, 5)];

        var interval = ConfidenceInterval.Of(means, k: 1);

        Assert.Equal(0.7864, interval.Low, 4);
        Assert.Equal(0.9565, interval.High, 4);
    }

    [Fact]
    public void ConfidenceInterval_AllRightOnce_StaysBelowCertainty()
    {
        var interval = ConfidenceInterval.Of([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], k: 1);

        Assert.Equal(0.7225, interval.Low, 4);
        Assert.Equal(1, interval.High, 12);
    }

    [Fact]
    public void ConfidenceInterval_SeveralSamples_CountsProblemsNotSamples()
    {
        double[] means = [0, 0.5, 1, 0.5];

        var interval = ConfidenceInterval.Of(means, k: 4);

        double half = 1.959963984540054 * Math.Sqrt(0.5 / 3 / 4);
        Assert.Equal(0.5 - half, interval.Low, 12);
        Assert.Equal(0.5 + half, interval.High, 12);
    }

    [Fact]
    public void ConfidenceInterval_WideSpread_IsClipped() => Assert.Equal(new ConfidenceInterval(0, 1), ConfidenceInterval.Of([0, 1], k: 2));

    [Fact]
    public void ConfidenceInterval_OneProblem_SaysNothing() => Assert.Equal(new ConfidenceInterval(0, 1), ConfidenceInterval.Of([0.5], k: 8));

    [Fact]
    public void TaskFigures_TwoProblemsOfTwo_AreMeansOverSamplesAndProblems()
    {
        GradedSample[] samples =
        [
            Sample(0, 0, correct: true, loose: true, vote: "1", tokens: 10),
            Sample(0, 1, correct: false, loose: true, vote: "2", tokens: 20),
            Sample(1, 0, correct: false, loose: false, vote: null, tokens: 30),
            Sample(1, 1, correct: false, loose: true, vote: "3", tokens: 40),
        ];

        var metrics = TaskFigures.Of(samples, temperature: 0.6, k: 2).ToMetrics();

        Assert.Equal(0.25, metrics["pass_at_1"]);
        Assert.Equal(0.75, metrics["loose_pass_at_1"]);
        Assert.Equal(0.5, metrics["pass_at_k"]);
        Assert.Equal(1, metrics["loose_pass_at_k"]);
        Assert.Equal(0.5, metrics["cons_at_k"]);
        Assert.Equal(2, metrics["num_problems"]);
        Assert.Equal(4, metrics["num_samples"]);
        Assert.Equal(25, metrics["mean_tokens"]);
        Assert.Equal(0.6, metrics["temperature"]);
        Assert.Equal(2, metrics["k"]);
    }

    [Fact]
    public void TaskFigures_AnyTask_HasTheContractsNames() =>
        Assert.Equal(
            ["temperature", "pass_at_1", "ci_low", "ci_high", "loose_pass_at_1", "k", "pass_at_k", "loose_pass_at_k", "cons_at_k", "num_problems", "num_samples", "format_rate", "mixing_rate", "reflective_rate", "mean_tokens"],
            TaskFigures.Of([Sample(0, 0, true, true, "1", 1)], 1, 1).ToMetrics().Keys);

    [Fact]
    public void TaskFigures_MissingSample_IsRefused() =>
        Assert.Throws<ArgumentException>(() => TaskFigures.Of([Sample(0, 0, true, true, "1", 1)], 1, 2));

    private static GradedSample Vote(int sample, string? vote, bool correct) => Sample(0, sample, correct, correct, vote, 1);

    private static GradedSample Sample(int problem, int sample, bool correct, bool loose, string? vote, int tokens) => new()
    {
        Problem = problem,
        Sample = sample,
        Correct = correct,
        LooseCorrect = loose,
        Vote = vote,
        WellFormed = true,
        Mixed = false,
        Reflective = false,
        Tokens = tokens,
    };
}
