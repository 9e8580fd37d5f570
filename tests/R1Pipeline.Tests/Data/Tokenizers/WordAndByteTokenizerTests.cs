using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Tokenizers;

public class WordAndByteTokenizerTests
{
    [Fact]
    public void Words_UnknownWord_IsNamed()
    {
        var error = Assert.Throws<StageFailedException>(() => TokenizerNames.Create("addition").Encode("what is seven ?"));
        Assert.Equal(StageFailureClass.UserData, error.Failure);
        Assert.Contains("'seven'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_SpecialTokensWithoutSpaces_AreRecognised()
    {
        ITokenizer tokenizer = TokenizerNames.Create("addition");
        Assert.Equal(tokenizer.Encode("<think> 1 </think> <eos>"), tokenizer.Encode("<think>1\n</think><eos>"));
        Assert.Equal("1", tokenizer.Decode(tokenizer.Encode("<think>1</think>"), skipSpecial: true));
        Assert.True(tokenizer.IsWordLevel);
    }

    [Fact]
    public void SaveAndLoad_BuiltInTokenizers_ComeBackAsTheyWere()
    {
        foreach (string name in TokenizerNames.All)
        {
            string folder = Directory.CreateTempSubdirectory("r1-tokenizer-").FullName;
            ITokenizer tokenizer = TokenizerNames.Create(name);
            tokenizer.Save(folder);
            ITokenizer loaded = TokenizerFolder.Load(folder);
            Assert.Equal(tokenizer.GetType(), loaded.GetType());
            Assert.Equal(Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.TokenOf), Enumerable.Range(0, loaded.VocabularySize).Select(loaded.TokenOf));
            Assert.Equal((tokenizer.EosId, tokenizer.PadId), (loaded.EosId, loaded.PadId));
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Bytes_AnyText_IsItsUtf8()
    {
        ITokenizer tokenizer = TokenizerNames.Create("bytes");
        Assert.Equal(8 + 256, tokenizer.VocabularySize);
        foreach (string text in new[] { "abc", "中文 😀\n\0", "<|user|>a<eos>", "" })
        {
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }

        Assert.Equal(6, tokenizer.Encode("中文").Length);
    }

    [Fact]
    public void Decode_RowOfTheEmbeddingBehindTheLastToken_HasNoText()
    {
        foreach ((string name, string text) in new[] { ("addition", "1 2"), ("bytes", "中文") })
        {
            ITokenizer tokenizer = TokenizerNames.Create(name);
            int[] ids = tokenizer.Encode(text);
            Assert.Equal(text, tokenizer.Decode([ids[0], tokenizer.VocabularySize, .. ids[1..], tokenizer.VocabularySize + 266]));
        }
    }

    [Fact]
    public void Decode_HalfACharacter_BecomesTheReplacementCharacter()
    {
        ITokenizer tokenizer = TokenizerNames.Create("bytes");
        Assert.Equal("a\uFFFD", tokenizer.Decode(tokenizer.Encode("a中").AsSpan(0, 3)));
    }

    [Fact]
    public void Bytes_MegabyteInOnePiece_IsEncodedInLinearTime() =>
        Assert.Equal(1_000_000, TokenizerNames.Create("bytes").Encode(new string('a', 1_000_000)).Length);

    [Fact]
    public void Create_UnknownName_NamesTheOptions() =>
        Assert.Contains("addition", Assert.Throws<StageFailedException>(() => TokenizerNames.Create("gpt2")).Message, StringComparison.Ordinal);
}
