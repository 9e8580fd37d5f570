using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Stages.Evaluation;
using R1Pipeline.Stages.Gates;

namespace R1Pipeline.Training.Tests.Stages.Gates;

public sealed class GateOutcomeTests
{
    private static readonly Dictionary<string, Dictionary<string, IReadOnlyDictionary<string, double>>> Figures = new()
    {
        ["sft"] = new() { ["t1"] = new Dictionary<string, double> { ["pass_at_1"] = 0.9 } },
        ["rl"] = new() { ["t1"] = new Dictionary<string, double> { ["pass_at_1"] = 0.8 } },
    };

    [Theory]
    [InlineData(0.5, 0.5, null, false)]
    [InlineData(0.49, 0.5, null, true)]
    [InlineData(0.5, null, 0.5, false)]
    [InlineData(0.51, null, 0.5, true)]
    [InlineData(0.5, null, null, false)]
    [InlineData(double.NaN, 0.0, null, true)]
    public void Missed_ValueAgainstLimits_IsExact(double value, double? atLeast, double? atMost, bool missed) =>
        Assert.Equal(missed, new GateOutcome("x", value, atLeast, atMost).Missed);

    [Fact]
    public void ToString_MissedGate_HasFigureValueAndLimit() =>
        Assert.Equal("pass-at-1 of sft on t1 is 0.8725; the gate asks for at least 0.9", new GateOutcome("pass-at-1 of sft on t1", 0.87251, 0.9, null).ToString());

    [Fact]
    public void EvaluationGate_RelativeTo_SubtractsTheOtherModel()
    {
        var outcome = EvaluationGate.Check(new GateOptions { Task = "t1", Model = "rl", RelativeTo = "sft", AtLeast = -0.05 }, Figures);

        Assert.Equal(-0.1, outcome.Value, 12);
        Assert.True(outcome.Missed);
        Assert.Contains("minus that of sft", outcome.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody", "t1", "pass-at-1", "sft, rl")]
    [InlineData("sft", "t2", "pass-at-1", "t1")]
    [InlineData("sft", "t1", "speed", "pass-at-1")]
    public void EvaluationGate_UnknownName_NamesWhatThereIs(string model, string task, string metric, string accepted)
    {
        var failure = Assert.Throws<StageFailedException>(() => EvaluationGate.Check(new GateOptions { Task = task, Model = model, Metric = metric }, Figures));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains(accepted, failure.Message, StringComparison.Ordinal);
    }
}
