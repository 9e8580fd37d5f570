using System.Text;
using System.Text.Json;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Tokenizers;

/// <summary>Ids and texts of the tokenizers of Qwen, Llama 3 and DeepSeek against those of Hugging Face tokenizers.</summary>
public class TokenizerFixtureTests
{
    public static TheoryData<string> Families { get; } = [.. SharedFiles.Names("fixtures/tokenizer")];

    [Theory]
    [MemberData(nameof(Families))]
    public void Encode_EveryCase_GivesTheReferenceIds(string family)
    {
        ITokenizer tokenizer = Load(family);
        int checkedCases = 0;
        foreach (JsonElement testCase in Cases(family))
        {
            string text = testCase.GetProperty("text").GetString()!;
            int[] ids = tokenizer.Encode(text);
            Assert.True(Ids(testCase, "ids").AsSpan().SequenceEqual(ids), text);
            Assert.True(Ids(testCase, "ids_with_special").AsSpan().SequenceEqual(tokenizer.WithSpecial(ids)), text);
            checkedCases++;
        }

        Assert.Equal(86, checkedCases);
        Assert.Equal(["cases.json", "tokenizer.json", "tokenizer_config.json"], SharedFiles.Names($"fixtures/tokenizer/{family}", "*"));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Decode_EveryCase_GivesTheReferenceText(string family)
    {
        ITokenizer tokenizer = Load(family);
        foreach (JsonElement testCase in Cases(family))
        {
            int[] ids = Ids(testCase, "ids");
            Assert.Equal(testCase.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
            Assert.Equal(testCase.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(ids, skipSpecial: true));
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void StreamingText_EveryCase_GivesTheWholeTextAndNeverHalfACharacter(string family)
    {
        ITokenizer tokenizer = Load(family);
        foreach (JsonElement testCase in Cases(family))
        {
            int[] ids = Ids(testCase, "ids");
            string whole = tokenizer.Decode(ids, skipSpecial: true);
            var stream = new StreamingText(tokenizer);
            var given = new StringBuilder();
            foreach (int id in ids)
            {
                given.Append(stream.Append(id));
                Assert.StartsWith(given.ToString(), whole, StringComparison.Ordinal);
            }

            Assert.Equal(whole, given.Append(stream.End()).ToString());
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

    private static ITokenizer Load(string family) => TokenizerFolder.Load(SharedFiles.Path("fixtures/tokenizer/" + family));

    private static int[] Ids(JsonElement testCase, string name) => [.. testCase.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static IEnumerable<JsonElement> Cases(string family)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path($"fixtures/tokenizer/{family}/cases.json")));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }
}
