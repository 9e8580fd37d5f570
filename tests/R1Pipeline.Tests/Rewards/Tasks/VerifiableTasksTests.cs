using System.Text.Json;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards.Tasks;
using R1Pipeline.Tests.Data;

namespace R1Pipeline.Tests.Rewards.Tasks;

public class VerifiableTasksTests
{
    [Theory]
    [InlineData("B", "<think>A?</think><answer>B</answer>", true)]
    [InlineData("B", "<answer>(B) the second</answer>", true)]
    [InlineData("B", @"so \boxed{\text{B}}", true)]
    [InlineData("B", "The answer is B.", true)]
    [InlineData("B", "答案是B", true)]
    [InlineData("B", "b", true)]
    [InlineData("B", "<answer>A</answer>", false)]
    [InlineData("B", "<answer>The answer is A, or option B</answer>", false)]
    [InlineData("B", "<think>B", false)]
    [InlineData("B", "<answer></answer>", false)]
    [InlineData("the second", "B", null)]
    public void Check_Choice(string gold, string output, bool? expected) => Assert.Equal(expected, VerifiableTasks.Check(TaskKinds.Choice, output, gold).Correct);

    [Theory]
    [InlineData("New York", "<answer> new  york. </answer>", true)]
    [InlineData("[\"NYC\", \"New York\"]", "nyc", true)]
    [InlineData("ｆｕｌｌ", "FULL", true)]
    [InlineData("New York", "New York City", false)]
    [InlineData("", "anything", null)]
    public void Check_Exact(string gold, string output, bool? expected) => Assert.Equal(expected, VerifiableTasks.Check(TaskKinds.Exact, output, gold).Correct);

    [Fact]
    public void Check_CountdownCases_AgreesWithEveryLabel()
    {
        int checks = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/reasoning/countdown.jsonl"))
        {
            string gold = $$"""{"numbers": {{row.GetProperty("numbers").GetRawText()}}, "target": {{row.GetProperty("target").GetRawText()}}}""";
            foreach (JsonElement check in row.GetProperty("checks").EnumerateArray())
            {
                string expression = check.GetProperty("expression").GetString()!;
                TaskVerdict verdict = VerifiableTasks.Check(TaskKinds.Countdown, $"<think>hm</think><answer>{expression}</answer>", gold);
                Assert.True(verdict.Correct == check.GetProperty("expected").GetBoolean(), $"{expression}: {verdict}");
                checks++;
            }
        }

        Assert.True(checks > 200);
    }

    [Theory]
    [InlineData("3*7+1", true)]
    [InlineData("(1 + 3*7)", true)]
    [InlineData("-3*-7+1", true)]
    [InlineData("37+1", false)]
    [InlineData("3**7+1", false)]
    [InlineData("3*7+1=22", false)]
    [InlineData("3*7+1)", false)]
    [InlineData("((3*7)+1", false)]
    [InlineData("3*7+1-0", false)]
    [InlineData("3/(1-1)+7", false)]
    [InlineData("", false)]
    public void Check_CountdownExpression(string expression, bool expected) =>
        Assert.Equal(expected, VerifiableTasks.Check(TaskKinds.Countdown, expression, """{"numbers": [1, 3, 7], "target": 22}""").Correct);

    [Fact]
    public void Check_CountdownHostile_IsWrongAndReturns()
    {
        foreach (string expression in new[] { new string('(', 900), new string('9', 990), string.Join('*', Enumerable.Repeat("99999999", 110)), new string('-', 900) + "1" })
            Assert.False(VerifiableTasks.Check(TaskKinds.Countdown, expression, """{"numbers": [1], "target": 1}""").Correct);
    }

    [Fact]
    public void Check_KnightsAndKnavesCases_TheSolutionAndNothingElse()
    {
        int rows = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/reasoning/knights_knaves.jsonl"))
        {
            string gold = row.GetProperty("solution").GetRawText();
            string answer = row.GetProperty("answer_text").GetString()!;
            Assert.True(VerifiableTasks.Check(TaskKinds.KnightsAndKnaves, $"<think>Dan is a knave, Dan is a knight</think> {answer}.", gold).Correct, answer);
            Assert.True(VerifiableTasks.Check(TaskKinds.KnightsAndKnaves, answer.Replace(" is a ", ": ", StringComparison.Ordinal), answer).Correct, answer);
            Assert.False(VerifiableTasks.Check(TaskKinds.KnightsAndKnaves, answer[..answer.LastIndexOf(',')], gold).Correct);
            string turned = answer.EndsWith("knight", StringComparison.Ordinal) ? $"{answer[..^6]}knave" : $"{answer[..^5]}knight";
            Assert.False(VerifiableTasks.Check(TaskKinds.KnightsAndKnaves, turned, gold).Correct);
            Assert.False(VerifiableTasks.Check(TaskKinds.KnightsAndKnaves, $"{answer}. {turned}", gold).Correct);
            rows++;
        }

        Assert.Equal(30, rows);
    }

    [Theory]
    [InlineData("""{"a": 1}""", true)]
    [InlineData("```json\n{\"a\": 1}\n```", true)]
    [InlineData("<think>{}</think>{\"a\": 2}", true)]
    [InlineData("""{"a": "1"}""", false)]
    [InlineData("""{"b": 1}""", false)]
    [InlineData("""{"a": 1""", false)]
    [InlineData("so: {\"a\": 1}", false)]
    public void Check_JsonSchema(string output, bool expected)
    {
        const string Schema = """{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false}""";
        Assert.Equal(expected, VerifiableTasks.Check(TaskKinds.JsonSchema, output, Schema).Correct);
    }

    [Theory]
    [InlineData("""{"$ref": "https://example.org/schema.json"}""")]
    [InlineData("""{"properties": {"a": {"$ref": "file:///etc/passwd"}}}""")]
    [InlineData("no schema")]
    public void CanCheck_SchemaThatRefersElsewhere_IsRefused(string schema) => Assert.False(VerifiableTasks.CanCheck(TaskKinds.JsonSchema, schema));
}
