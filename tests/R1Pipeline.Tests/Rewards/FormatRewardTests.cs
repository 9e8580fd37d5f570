using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Rewards;
using R1Pipeline.Tests.Data;

namespace R1Pipeline.Tests.Rewards;

public class FormatRewardTests
{
    private const string Good = "<think> ones : 5 + 8 = 1 3 , carry 1 . </think> <answer> 1 0 2 3 </answer>";

    [Fact]
    public void Check_SharedCases_FollowRuleF1()
    {
        foreach (JsonElement row in SharedFiles.JsonLines("data/format/own_format_cases.jsonl"))
        {
            FormatVerdict verdict = FormatReward.Check(row.GetProperty("completion").GetString()!, finished: true, AnswerFormat.ThinkAnswer);
            Assert.True(verdict.Ok == (row.GetProperty("expected_strict").GetInt32() == 1), $"{row.GetProperty("id")}: {verdict.Reason}");
        }
    }

    [Fact]
    public void Check_GoodOutput_GivesItsParts()
    {
        FormatVerdict verdict = FormatReward.Check(Good, finished: true, AnswerFormat.ThinkAnswer);
        Assert.True(verdict.Ok);
        Assert.Equal("ones : 5 + 8 = 1 3 , carry 1 .", verdict.Think);
        Assert.Equal("1 0 2 3", verdict.Answer);
        Assert.Empty(verdict.Reason);
    }

    [Theory]
    [InlineData("<think> a </think> b <answer> c </answer>")]
    [InlineData("<think> a </think> <answer> c </answer> d")]
    [InlineData("<think> a <|user|> b </think> <answer> c </answer>")]
    [InlineData("<think> a </think> <answer> <pad> </answer>")]
    [InlineData("<think> a <answer> c </answer> </think>")]
    [InlineData("<think> a </think> <answer> </answer>")]
    [InlineData("<think> a </think> <answer> ｜ <｜User｜> </answer>")]
    [InlineData("")]
    public void Check_WrongForm_IsZeroWithReason(string completion)
    {
        FormatVerdict verdict = FormatReward.Check(completion, finished: true, AnswerFormat.ThinkAnswer);
        Assert.False(verdict.Ok);
        Assert.NotEmpty(verdict.Reason);
        Assert.Null(verdict.Think);
    }

    [Theory]
    [InlineData(AnswerFormat.ThinkAnswer)]
    [InlineData(AnswerFormat.ThinkSummary)]
    public void Check_Unfinished_IsWrong(AnswerFormat format) => Assert.False(FormatReward.Check(Good, finished: false, format).Ok);

    [Theory]
    [InlineData("<think>\na\n</think>\n\nThe answer is \\boxed{4}.", true)]
    [InlineData("<think></think>The answer", true)]
    [InlineData("<think>a</think>  ", false)]
    [InlineData("text <think>a</think> b", false)]
    [InlineData("<think>a</think> b <think>", false)]
    public void Check_ThinkSummary_WantsOneThinkBlockAndASummary(string completion, bool ok) =>
        Assert.Equal(ok, FormatReward.Check(completion, finished: true, AnswerFormat.ThinkSummary).Ok);

    [Fact]
    public void Check_AngleBracketsInMathematics_AreNoSpecialTokens() =>
        Assert.True(FormatReward.Check("<think> a < b and |c| > d, <| | x |> </think> <answer> 1 </answer>", finished: true, AnswerFormat.ThinkAnswer).Ok);
}
