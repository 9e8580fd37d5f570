using R1Pipeline.Rewards;

namespace R1Pipeline.Tests.Rewards;

public class LanguageIdentifierTests
{
    private const string English = "First we add the two numbers, then we divide the result by seven. The remainder is what we are looking for.";
    private const string French = "D'abord nous additionnons les deux nombres, puis nous divisons le résultat par sept. Le reste est ce que nous cherchons.";

    [Fact]
    public void Count_OneLanguage_IsWhollyOfIt()
    {
        foreach ((string text, string code) in new[] { (English, "en"), (French, "fr") })
        {
            (int target, int total) = LanguageIdentifier.Latin.Count(text, code);
            Assert.True(total >= 19);
            Assert.Equal(total, target);
            Assert.Equal(0, LanguageIdentifier.Latin.Count(text, code == "en" ? "fr" : "en").Target);
        }
    }

    [Fact]
    public void Count_MixedText_CountsTheWordsOfEachClause()
    {
        (int english, int total) = LanguageIdentifier.Latin.Count($"{English} {French}", "en");
        (int french, _) = LanguageIdentifier.Latin.Count($"{English} {French}", "fr");
        Assert.Equal(total, english + french);
        Assert.InRange(english, total / 3, 2 * total / 3);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12 + 30 = 42")]
    [InlineData("```\nint main\n```")]
    public void Count_NoProse_HasNoWords(string text) => Assert.Equal((0, 0), LanguageIdentifier.Latin.Count(text, "en"));
}
