using System.Text.Json;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Tokenizers;

/// <summary>Ids and texts of a Qwen2-style tokenizer against those of Hugging Face tokenizers.</summary>
public class QwenFixtureTests
{
    [Fact]
    public void Encode_EveryCase_GivesTheReferenceIds()
    {
        ITokenizer tokenizer = TokenizerFolder.Load(SharedFiles.Path("fixtures/tokenizer/qwen2"));
        int checkedCases = 0;
        foreach (JsonElement testCase in Cases())
        {
            int[] ids = [.. testCase.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            Assert.True(ids.AsSpan().SequenceEqual(tokenizer.Encode(testCase.GetProperty("text").GetString()!)), testCase.GetProperty("text").GetString());
            checkedCases++;
        }

        Assert.Equal(86, checkedCases);
    }

    [Fact]
    public void Decode_EveryCase_GivesTheReferenceText()
    {
        ITokenizer tokenizer = TokenizerFolder.Load(SharedFiles.Path("fixtures/tokenizer/qwen2"));
        foreach (JsonElement testCase in Cases())
        {
            int[] ids = [.. testCase.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            Assert.Equal(testCase.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
            Assert.Equal(testCase.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(ids, skipSpecial: true));
        }
    }

    [Fact]
    public void Save_AfterLoad_WritesAnEqualTokenizer()
    {
        string source = SharedFiles.Path("fixtures/tokenizer/qwen2");
        string copy = Directory.CreateTempSubdirectory("r1-tokenizer-").FullName;
        TokenizerFolder.Load(source).Save(copy);
        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "tokenizer.json")), File.ReadAllBytes(Path.Combine(copy, "tokenizer.json")));
        ITokenizer tokenizer = TokenizerFolder.Load(copy);
        Assert.Equal("<|im_end|>", tokenizer.TokenOf(tokenizer.EosId));
        Assert.Equal("<|endoftext|>", tokenizer.TokenOf(tokenizer.PadId));
        Directory.Delete(copy, recursive: true);
    }

    [Theory]
    [InlineData("llama3", "ignore_merges")]
    [InlineData("deepseek_v3", "pre-tokenizer")]
    [InlineData("deepseek_digits", "pre-tokenizer")]
    public void Load_UnsupportedPart_IsRefusedByName(string folder, string named)
    {
        var error = Assert.Throws<StageFailedException>(() => TokenizerFolder.Load(SharedFiles.Path("fixtures/tokenizer/" + folder)));
        Assert.Equal(StageFailureClass.UserData, error.Failure);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonElement> Cases()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("fixtures/tokenizer/qwen2/cases.json")));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }
}
