using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;

namespace R1Pipeline.Training.Tests.Rewards;

/// <summary>Programs as answers: the rules in their process, the tests in the sandbox.</summary>
public sealed class OutputMeterTests
{
    private const string Gold = """{"language": "python", "tests": ["assert add(2, 3) == 5", "assert add(-1, 1) == 0"], "limits": {"wall_s": 2}}""";

    [Fact]
    public void Measure_Programs_AreRightWhereAllTestsPass()
    {
        Assert.SkipWhen(OutputMeter.Shared.CodeProblem("python") is not null && Environment.GetEnvironmentVariable("R1_REQUIRE_SANDBOX") != "1", OutputMeter.Shared.CodeProblem("python") ?? "");
        RewardInput[] inputs =
        [
            Program("def add(a, b):\n    return a + b"), Program("def add(a, b):\n    return a - b"), Program("def add(a, b):\n    while True: pass"), Program("def add(a, b"),
            Program("import os\nos._exit(0)"), new RewardInput("<think> none </think> <answer> 5 </answer>", Finished: true, Gold, "en") { Task = TaskKinds.Code },
            new RewardInput("<think> seven </think> <answer> 7 </answer>", Finished: true, "7", "en"),
        ];

        IReadOnlyList<MeasuredOutput> measured = OutputMeter.Shared.Measure(inputs, AnswerFormat.ThinkAnswer, LanguageRule.WordList);

        Assert.All(measured, output => Assert.Null(output.Error));
        Assert.Equal([true, false, false, false, false, false, true], measured.Select(output => output.Statistics!.Strict));
        Assert.Equal([true, true], new[] { measured[0], measured[1] }.Select(output => output.Statistics!.FormatOk));
    }

    /// <summary>Neither right nor wrong: a failure, which no group's mean and deviation takes.</summary>
    [Fact]
    public void Measure_ProgramThatCannotBeRun_HasFailed()
    {
        string? language = new[] { "python", "cpp", "javascript", "csharp" }.FirstOrDefault(name => OutputMeter.Shared.CodeProblem(name) is not null);
        Assert.SkipWhen(language is null, "all languages can be run here");
        var input = Program("x") with { Gold = $$"""{"language": "{{language}}", "tests": [{"stdin": "", "stdout": "1"}]}""" };
        Assert.Equal(OutputMeter.Shared.CodeProblem(language!), OutputMeter.Shared.Measure([input], AnswerFormat.ThinkAnswer, LanguageRule.WordList).Single().Error);
    }

    [Theory]
    [InlineData(Gold, true)]
    [InlineData("""{"language": "cpp", "tests": [{"stdin": "1", "stdout": "2"}], "compare": "tokens"}""", true)]
    [InlineData("""{"language": "python", "tests": []}""", false)]
    [InlineData("""{"language": "cobol", "tests": ["assert f()"]}""", false)]
    [InlineData("""{"language": "cpp", "tests": ["assert f()"]}""", false)]
    [InlineData("""{"tests": ["assert f()"]}""", false)]
    [InlineData("7", false)]
    public void CanCheck_GoldOfCode_NeedsALanguageAndTests(string gold, bool expected) => Assert.Equal(expected, Accuracy.CanCheck(TaskKinds.Code, gold));

    private static RewardInput Program(string code) =>
        new($"<think> easy </think> <answer>\n```python\n{code}\n```\n</answer>", Finished: true, Gold, "en") { Task = TaskKinds.Code };
}
