using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Tokenizers;

public class NfcTests
{
    [Theory]
    [InlineData("cafe\u0301", "caf\u00E9")]
    [InlineData("A\u030A \u212B", "\u00C5 \u00C5")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("a\u0323\u0302", "\u1EAD")]
    [InlineData("a\u0302\u0323", "\u1EAD")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u00E9\u0301", "\u00E9\u0301")]
    [InlineData("\u037E\u1FEF", ";`")]
    [InlineData("\uFB01 ｆ", "\uFB01 ｆ")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("plain 中文 😀 \uD800", "plain 中文 😀 \uD800")]
    [InlineData("e\u0301\uD800e\u0301", "\u00E9\uD800\u00E9")]
    [InlineData("\u0301a", "\u0301a")]
    public void Normalize_GivesFormC(string text, string expected) => Assert.Equal(expected, Nfc.Normalize(text));
}
