using System.Text.Json;
using R1Pipeline.Rewards;
using R1Pipeline.Tests.Data;

namespace R1Pipeline.Tests.Rewards;

public class LanguageRewardTests
{
    [Fact]
    public void Count_SharedCases_FollowRuleLc1()
    {
        int cases = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/language/language_consistency.jsonl"))
        {
            LanguageShares words = LanguageReward.Count(row.GetProperty("text").GetString()!);
            JsonElement counts = row.GetProperty("counts");
            string id = row.GetProperty("id").GetString()!;
            Assert.Equal((id, counts.GetProperty("en").GetInt32(), counts.GetProperty("zh").GetInt32(), counts.GetProperty("other").GetInt32()), (id, words.English, words.Chinese, words.Other));
            Assert.Equal(row.GetProperty("ratio_en").GetDouble(), words.Ratio("en"), 1e-9);
            Assert.Equal(row.GetProperty("ratio_zh").GetDouble(), words.Ratio("zh"), 1e-9);
            cases++;
        }

        Assert.Equal(54, cases);
    }

    [Fact]
    public void Count_EveryTokenOfTheClosedList_FollowsTheQuickstart()
    {
        foreach (string token in R1Pipeline.Data.Generators.AdditionVocabulary.All)
        {
            LanguageShares words = LanguageReward.Count(token, LanguageRule.WordList);
            bool english = R1Pipeline.Data.Generators.AdditionVocabulary.English.Contains(token);
            bool chinese = R1Pipeline.Data.Generators.AdditionVocabulary.Chinese.Contains(token);
            Assert.Equal((token, english ? 1 : 0, chinese ? 1 : 0, 0), (token, words.English, words.Chinese, words.Other));
        }
    }

    [Fact]
    public void Count_OneLetterWord_CountsInWordListsOnly()
    {
        Assert.Equal(4, LanguageReward.Count("i do not know .", LanguageRule.WordList).English);
        Assert.Equal(3, LanguageReward.Count("i do not know .").English);
    }

    [Fact]
    public void Ratio_TextWithoutWords_IsZeroAndNotMixed()
    {
        LanguageShares words = LanguageReward.Count("1 + 2 = 3");
        Assert.Equal(0, words.Ratio("en"));
        Assert.False(words.HasOtherThan("en"));
    }

    [Theory]
    [InlineData("\\boxed{")]
    [InlineData("\\begin{x")]
    [InlineData("\\begin{ab}")]
    [InlineData("$$ $")]
    [InlineData("`")]
    [InlineData("<a")]
    [InlineData("\\[ \\(")]
    [InlineData("a@")]
    [InlineData("http://")]
    public void Count_LongHostileText_StaysLinear(string unit)
    {
        // A quadratic scan of a megabyte would run for hours: that the count comes back at all is the point.
        string text = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
        Assert.InRange(LanguageReward.Count(text + " 字").Chinese, 0, 1);
    }
}
