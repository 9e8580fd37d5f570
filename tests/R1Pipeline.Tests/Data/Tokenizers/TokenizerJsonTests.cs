using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Tokenizers;

/// <summary>Parts of <c>tokenizer.json</c>, each alone: on a tokenizer of the bytes and the merges "a b", "ab c".</summary>
public class TokenizerJsonTests
{
    [Theory]
    [InlineData("abcx", "abc|x")]
    [InlineData("aab", "a|ab")]
    public void Encode_Merges_ByRank(string text, string tokens) => Assert.Equal(tokens, Tokens(Create(), text));

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("aab", "a|ab")]
    [InlineData("bcab", "b|c|ab")]
    [InlineData("cababcabx", "c|ab|abc|ab|x")]
    public void Encode_LongPiece_MergesLikeAShortOne(string part, string tokens)
    {
        const int Times = 500;
        BpeTokenizer tokenizer = Create();
        // A separator that merges with nothing keeps the parts apart inside of the one piece.
        Assert.Equal(string.Join("|-|", Enumerable.Repeat(tokens, Times)), Tokens(tokenizer, string.Join('-', Enumerable.Repeat(part, Times))));
    }

    [Fact]
    public void Load_MergeOfUnknownTokens_IsNamed()
    {
        JsonObject root = Root();
        root["model"]!["merges"] = new JsonArray("a b", "ab z");
        Assert.Contains("abz", Assert.Throws<StageFailedException>(() => Create(root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_IgnoreMerges_TakesThePieceThatIsAToken()
    {
        JsonObject root = Root();
        root["model"]!["vocab"]!["xyz"] = 258;
        for (int i = 0; i < 2; i++) root["added_tokens"]![i]!["id"] = 259 + i;
        Assert.Equal("x|y|z", Tokens(Create(root), "xyz"));
        root["model"]!["ignore_merges"] = true;
        Assert.Equal("xyz", Tokens(Create(root), "xyz"));
        Assert.Equal("x|y|z|x", Tokens(Create(root), "xyzx"));
    }

    [Theory]
    [InlineData("a<t>b", "", "a|<t>|b")]
    [InlineData("a <t> b", "", "a|Ġ|<t>|Ġ|b")]
    [InlineData("a  <t>  b", "lstrip", "a|<t>|Ġ|Ġ|b")]
    [InlineData("a  <t>  b", "rstrip", "a|Ġ|Ġ|<t>|b")]
    [InlineData("<t> <t>", "lstrip rstrip", "<t>|<t>")]
    [InlineData("a<t>", "single_word", "a|<|t|>")]
    [InlineData("<t>_", "single_word", "<|t|>|_")]
    [InlineData("-<t>-", "single_word", "-|<t>|-")]
    public void Encode_AddedTokenWithItsFlags(string text, string flags, string tokens)
    {
        JsonObject root = Root();
        foreach (string flag in flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)) root["added_tokens"]![1]![flag] = true;
        Assert.Equal(tokens, Tokens(Create(root), text));
    }

    [Theory]
    [InlineData("""{"260":{"content":"<u>","special":true}}""", "a<u>b", "a|<u>|b", "ab")]
    [InlineData("""{"260":{"content":"<u>"},"259":{"content":"<t>","rstrip":true,"special":true}}""", "<t> a<u>", "<t>|a|<u>", "a<u>")]
    [InlineData("""{"256":{"content":"ab","special":true}}""", "abc", "ab|c", "c")]
    public void Encode_AddedTokensOfTheConfig_AddToTheOthersAndWin(string decoder, string text, string tokens, string withoutSpecial)
    {
        BpeTokenizer tokenizer = Create(Root(), new JsonObject { ["added_tokens_decoder"] = JsonNode.Parse(decoder) });
        Assert.Equal(tokens, Tokens(tokenizer, text));
        Assert.Equal(withoutSpecial, tokenizer.Decode(tokenizer.Encode(text), skipSpecial: true));
    }

    [Theory]
    [InlineData("additional_special_tokens", """["abc"]""")]
    [InlineData("extra_special_tokens", """["abc"]""")]
    [InlineData("extra_special_tokens", """{"image_token":"abc"}""")]
    public void Encode_SpecialTokenThatIsAWordOfTheVocabulary_IsFoundInText(string key, string value)
    {
        BpeTokenizer tokenizer = Create(Root(), new JsonObject { [key] = JsonNode.Parse(value), ["unk_token"] = "nowhere" });
        Assert.Equal("x|abc|x", Tokens(tokenizer, "xabcx"));
        Assert.True(tokenizer.IsSpecial(tokenizer.IdOf("abc")!.Value));
    }

    [Theory]
    [InlineData("<u>", 261, "260")]
    [InlineData("<t>", 260, "259")]
    [InlineData("ab", 260, "256")]
    [InlineData("<u>", 259, "260")]
    public void Load_AddedTokenWithAnIdThatIsNotItsOwn_IsRefused(string content, int id, string own)
    {
        JsonObject root = Root();
        root["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = id, ["content"] = content });
        string inFile = Assert.Throws<StageFailedException>(() => Create(root)).Message;
        Assert.Contains($"tokenizer.json gives the added token {content} the id {id}, but its id is {own}", inFile, StringComparison.Ordinal);
        var decoder = new JsonObject { [id.ToString(System.Globalization.CultureInfo.InvariantCulture)] = new JsonObject { ["content"] = content } };
        string inConfig = Assert.Throws<StageFailedException>(() => Create(Root(), new JsonObject { ["added_tokens_decoder"] = decoder })).Message;
        Assert.Contains($"tokenizer_config.json gives the added token {content} the id {id}, but its id is {own}", inConfig, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LlamaTokenizerFast", """{"add_bos_token":true}""", new[] { 259, 1 })]
    [InlineData("LlamaTokenizer", """{"add_bos_token":false,"add_eos_token":true}""", new[] { 1, 258 })]
    [InlineData("LlamaTokenizerFast", "{}", new[] { 7, 1 })]
    [InlineData("PreTrainedTokenizerFast", """{"add_bos_token":true}""", new[] { 7, 1 })]
    public void WithSpecial_ClassOfLlama_TakesTheConfigsFlags(string tokenizerClass, string flags, int[] ids)
    {
        JsonObject root = Root(), config = JsonNode.Parse(flags)!.AsObject();
        root["post_processor"] = JsonNode.Parse("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"B"}},{"Sequence":{"id":"A"}}],"special_tokens":{"B":{"ids":[7]}}}""");
        config["tokenizer_class"] = tokenizerClass;
        config["bos_token"] = "<t>";
        Assert.Equal(ids, Create(root, config).WithSpecial([1]));
    }

    [Fact]
    public void Encode_NormalizedToken_IsFoundInTheNormalizedText()
    {
        JsonObject root = Root();
        root["normalizer"] = new JsonObject { ["type"] = "NFC" };
        root["added_tokens"]![1]!["content"] = "<é>";
        Assert.DoesNotContain("<é>", Tokens(Create(root), "<e\u0301>"), StringComparison.Ordinal);
        root["added_tokens"]![1]!["normalized"] = true;
        Assert.Equal("a|<é>", Tokens(Create(root), "a<e\u0301>"));
    }

    [Theory]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "ab12", "ab|1|2")]
    [InlineData("""{"type":"Digits","individual_digits":false}""", "1ab12", "1|ab|1|2")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"b"},"behavior":"Isolated","invert":false}""", "abc", "a|b|c")]
    [InlineData("""{"type":"Split","pattern":{"String":"b"},"behavior":"Removed","invert":false}""", "abc", "a|c")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"\\p{L}+"},"behavior":"Removed","invert":false}""", "1𝕏𠀀2", "1|2")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[一-龥]+"},"behavior":"Removed","invert":false}""", "1一2", "1|2")]
    public void Encode_PreTokenizer_CutsBeforeMerging(string step, string text, string tokens)
    {
        JsonObject root = Root();
        root["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(JsonNode.Parse(step), root["pre_tokenizer"]!.DeepClone()) };
        Assert.Equal(tokens, Tokens(Create(root), text));
    }

    [Fact]
    public void Encode_PatternThatBacktracksWithoutEnd_IsAnErrorThatNamesIt()
    {
        JsonObject root = Root();
        JsonNode step = JsonNode.Parse("""{"type":"Split","pattern":{"Regex":"(a+)+$"},"behavior":"Isolated","invert":false}""")!;
        root["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(step, root["pre_tokenizer"]!.DeepClone()) };
        BpeTokenizer tokenizer = Create(root);
        var failure = Assert.Throws<StageFailedException>(() => tokenizer.Encode(new string('a', 60) + "b"));
        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("(a+)+$", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_PatternThatNamesAllOfTheBmp_IsAnErrorOutsideOfIt()
    {
        JsonObject root = Root();
        var step = new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = "[\u0080-\uffff]x" }, ["behavior"] = "Isolated" };
        root["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(step, root["pre_tokenizer"]!.DeepClone()) };
        BpeTokenizer tokenizer = Create(root);
        var failure = Assert.Throws<StageFailedException>(() => tokenizer.Encode("a\U0001F600"));
        Assert.Contains("U+1F600", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_AddedTokensOfOneStart_TheLongestIsFound()
    {
        JsonObject root = Root();
        JsonNode first = root["added_tokens"]![0]!;
        int next = root["added_tokens"]!.AsArray().Max(token => (int)token!["id"]!) + 1;
        foreach (string content in (string[])["<q>", "<q>ab", "<q>a"])
        {
            JsonNode token = first.DeepClone();
            (token["id"], token["content"]) = (next++, content);
            root["added_tokens"]!.AsArray().Add(token);
        }

        Assert.Equal("<q>ab|<q>a|c|<q>", Tokens(Create(root), "<q>ab<q>ac<q>"));
    }

    [Fact]
    public void StreamingText_CutCharacters_AreHeldBackAndBrokenOnesAreGiven()
    {
        BpeTokenizer tokenizer = Create();
        var stream = new StreamingText(tokenizer);
        // A bicycle of four bytes, then its first byte alone twice, then a letter.
        int[] ids = [.. tokenizer.Encode("\U0001F6B2"), tokenizer.Encode("\U0001F6B2")[0], tokenizer.Encode("\U0001F6B2")[0], .. tokenizer.Encode("x")];
        Assert.Equal(["", "", "", "\U0001F6B2", "", "\uFFFD", "\uFFFDx"], ids.Select(stream.Append));
        Assert.Equal("", stream.End());
    }

    [Fact]
    public void WithSpecial_TemplateOnBothSides_IsPutAround()
    {
        JsonObject root = Root();
        root["post_processor"] = JsonNode.Parse("""
            {"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"B"}},{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"E"}}],
             "special_tokens":{"B":{"ids":[7,8]},"E":{"ids":[9]}}}]}
            """);
        Assert.Equal([7, 8, 1, 9], Create(root).WithSpecial([1]));
    }

    [Theory]
    [InlineData("normalizer", """{"type":"NFKC"}""", "NFKC")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Lowercase"}]}""", "Lowercase")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace"}""", "ByteLevel")]
    [InlineData("pre_tokenizer", """{"type":"ByteLevel","add_prefix_space":true}""", "add_prefix_space")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Punctuation"},{"type":"ByteLevel","add_prefix_space":false}]}""", "Punctuation")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"a"},"behavior":"MergedWithNext"},{"type":"ByteLevel","add_prefix_space":false}]}""", "MergedWithNext")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\p{Script=Han}"},"behavior":"Isolated"},{"type":"ByteLevel","add_prefix_space":false}]}""", "Script=Han")]
    [InlineData("post_processor", """{"type":"RobertaProcessing"}""", "RobertaProcessing")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "decoder")]
    [InlineData("normalizer", "5", "normalizer")]
    [InlineData("post_processor", "[1]", "post_processor")]
    [InlineData("added_tokens", "{}", "added_tokens")]
    [InlineData("added_tokens", "[1]", "added_tokens")]
    public void Load_UnsupportedPart_IsRefusedByName(string part, string value, string named)
    {
        JsonObject root = Root();
        root[part] = JsonNode.Parse(value);
        var error = Assert.Throws<StageFailedException>(() => Create(root));
        Assert.Equal(StageFailureClass.UserData, error.Failure);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2000000000")]
    [InlineData("-1")]
    [InlineData("\"x\"")]
    public void Load_IdOutOfRange_IsRefused(string id)
    {
        JsonObject root = Root();
        root["model"]!["vocab"]!["huge"] = JsonNode.Parse(id);
        Assert.Contains("huge", Assert.Throws<StageFailedException>(() => Create(root)).Message, StringComparison.Ordinal);
    }

    private static string Tokens(BpeTokenizer tokenizer, string text) => string.Join('|', tokenizer.Encode(text).Select(tokenizer.TokenOf));

    private static BpeTokenizer Create(JsonObject? root = null, JsonObject? config = null)
    {
        config ??= [];
        config["eos_token"] = "<eos>";
        return new BpeTokenizer(new TokenizerFiles("test", JsonSerializer.SerializeToUtf8Bytes(root ?? Root()), config));
    }

    private static JsonObject Root()
    {
        var vocabulary = new JsonObject();
        foreach (char c in ByteAlphabet.Sorted) vocabulary.Add(c.ToString(), vocabulary.Count);
        vocabulary.Add("ab", 256);
        vocabulary.Add("abc", 257);
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(new JsonObject { ["id"] = 258, ["content"] = "<eos>", ["special"] = true }, new JsonObject { ["id"] = 259, ["content"] = "<t>" }),
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray("a b", "ab c") },
        };
    }
}
