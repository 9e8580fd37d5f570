using System.Text.Json;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Planning;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Tests.Orchestration;

public sealed class ResultJudgeTests
{
    private const string Gate = """{"gates":[{"data":"d","metric":"pass-at-1","at-least":0.9}]}""";
    private const string Looser = """{"gates":[{"data":"d","metric":"pass-at-1","at-least":0.7}]}""";
    private const string OtherGate = """{"gates":[{"data":"e","metric":"pass-at-1","at-least":0.7}]}""";
    private const string NoGate = """{"gates":[]}""";
    private const string Missed = """{"loss":1,"gates":[{"figure":"pass-at-1 on d","value":0.8,"at-least":0.9,"at-most":null,"missed":true}]}""";

    [Fact]
    public void Judge_BoundLoosened_TheMeasuredFigurePasses()
    {
        var judged = ResultJudge.Judge(Result(ExecutionState.Failed, Gate, Missed), Looser)!;

        Assert.Equal((ExecutionState.Done, null, null), (judged.State, judged.Failure, judged.Message));
        var gate = judged.Metrics!.Value.GetProperty("gates")[0];
        Assert.Equal((0.7, false), (gate.GetProperty("at-least").GetDouble(), gate.GetProperty("missed").GetBoolean()));
    }

    [Fact]
    public void Judge_BoundTightened_IsAMissedGateWithoutComputing()
    {
        var passed = ResultJudge.Judge(Result(ExecutionState.Failed, Gate, Missed), Looser)! with { Limits = Looser };

        var judged = ResultJudge.Judge(passed, Gate)!;

        Assert.Equal((ExecutionState.Failed, StageFailureClass.GateMissed), (judged.State, judged.Failure));
        Assert.Contains("pass-at-1 on d is 0.8; the gate asks for at least 0.9", judged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_MissedGateAcceptedInAnotherRun_IsMissedAgain()
    {
        var accepted = Result(ExecutionState.Done, Gate, Missed) with { Accepted = true };

        Assert.Equal(StageFailureClass.GateMissed, ResultJudge.Judge(accepted, Gate)!.Failure);
        Assert.Equal(ExecutionState.Done, ResultJudge.Judge(accepted, NoGate)!.State);
    }

    [Fact]
    public void Judge_AcceptedWhereAGuardWasSwitchedOff_IsComputedAgain()
    {
        var accepted = Result(ExecutionState.Done, """{"gates":[],"min-accuracy-gain":0.1}""", null) with { Accepted = true };

        Assert.Null(ResultJudge.Judge(accepted, """{"gates":[],"min-accuracy-gain":0.1}"""));
        Assert.NotNull(ResultJudge.Judge(accepted, NoGate));
    }

    [Theory]
    [InlineData(NoGate, Gate)]
    [InlineData(Gate, OtherGate)]
    [InlineData(null, Gate)]
    [InlineData(NoGate, """{"gates":[],"max-kl":1}""")]
    [InlineData("""{"gates":[],"max-kl":2}""", """{"gates":[],"max-kl":1}""")]
    public void Judge_WhatWasNotMeasuredOrRanUnderAnotherGuard_IsComputedAgain(string? then, string now)
    {
        Assert.Null(ResultJudge.Judge(Result(ExecutionState.Done, then, null), now));
        Assert.Null(ResultJudge.Judge(Result(ExecutionState.Done, then, then == Gate ? Missed : """{"loss":1}"""), now));
    }

    [Theory]
    [InlineData(Gate, Gate)]
    [InlineData(Gate, NoGate)]
    [InlineData("""{"gates":[],"max-kl":2}""", NoGate)]
    public void Judge_LimitsEqualOrRemoved_StandsAsItWas(string then, string now)
    {
        var result = Result(ExecutionState.Done, then, null);

        Assert.Equal(result, ResultJudge.Judge(result, now));
    }

    [Theory]
    [InlineData("min-kept", 5, ExecutionState.Done)]
    [InlineData("min-kept", 7, ExecutionState.Failed)]
    [InlineData("min-pair-accuracy", 7, ExecutionState.Failed)]
    public void Judge_MeasuredOption_IsJudgedByItsFigure(string option, int atLeast, ExecutionState state)
    {
        var result = Result(ExecutionState.Done, $$"""{"gates":[],"{{option}}":1}""", """{"gates":[{"figure":"f","value":6,"at-least":1,"at-most":null,"missed":false}]}""");

        Assert.Equal(state, ResultJudge.Judge(result, $$"""{"gates":[],"{{option}}":{{atLeast}}}""")!.State);
    }

    private static KeyResult Result(ExecutionState state, string? limits, string? metrics) =>
        Some.Result(state) with { Limits = limits, Metrics = metrics is null ? null : JsonElement.Parse(metrics) };
}
