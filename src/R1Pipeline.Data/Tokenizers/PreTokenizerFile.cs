using System.Text.Json.Nodes;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>Reads the <c>pre_tokenizer</c> of a byte-level <c>tokenizer.json</c>; a step that is not supported is an error with its name.</summary>
internal static class PreTokenizerFile
{
    // GPT-2's pattern, which ByteLevel applies when it is told to.
    private const string ByteLevelPattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Published tokenizers have up to five. Each step costs compiled code and one more pass over every text.</summary>
    private const int MaxSteps = 32;

    /// <summary>Ten times the longest published pattern. What .NET makes of one is hundreds of times its size.</summary>
    private const int MaxPatternCharacters = 16 << 10;

    /// <summary>The steps, in order; the last of the file, ByteLevel, is the alphabet and no step unless it cuts.</summary>
    public static IReadOnlyList<IPreTokenizer> Read(TokenizerFiles files)
    {
        JsonNode? root = files.Root["pre_tokenizer"];
        JsonObject[] steps = Type(root) == "Sequence" ? Listed(files, ((JsonObject)root!)["pretokenizers"]) : [.. new[] { root }.OfType<JsonObject>()];
        if (steps.Length == 0 || Type(steps[^1]) != "ByteLevel") throw files.Unusable("the pre-tokenizer does not end with ByteLevel: it is not a byte-level BPE");
        return [.. steps.Select((step, index) => Step(files, step, isLast: index == steps.Length - 1)).OfType<IPreTokenizer>()];
    }

    private static JsonObject[] Listed(TokenizerFiles files, JsonNode? node)
    {
        JsonArray list = node as JsonArray ?? throw files.Unusable("the pre-tokenizer Sequence of tokenizer.json has no list of pretokenizers");
        if (list.Count > MaxSteps) throw files.Unusable($"the pre-tokenizer of tokenizer.json has {list.Count} steps, at most {MaxSteps} are accepted");
        return [.. list.Select(step => step as JsonObject ?? throw files.Unusable($"the pre-tokenizer of tokenizer.json has the step {step?.ToJsonString() ?? "null"}; an object with a type is expected"))];
    }

    private static IPreTokenizer? Step(TokenizerFiles files, JsonObject step, bool isLast) => Type(step) switch
    {
        "Split" => Split(files, step),
        "Digits" => new DigitsPreTokenizer(Flag(files, step, "individual_digits", otherwise: false)),
        "ByteLevel" when isLast => ByteLevel(files, step),
        string type => throw files.Unusable($"the pre-tokenizer {type} is not supported (supported: Split, Digits, and ByteLevel at the end)"),
        null => throw files.Unusable("a pre-tokenizer has no type"),
    };

    private static IPreTokenizer? ByteLevel(TokenizerFiles files, JsonObject step)
    {
        if (Flag(files, step, "add_prefix_space", otherwise: true)) throw files.Unusable("the pre-tokenizer ByteLevel sets add_prefix_space, which is not supported");
        return Flag(files, step, "use_regex", otherwise: true) ? new SplitPreTokenizer(ByteLevelPattern, removes: false) : null;
    }

    private static IPreTokenizer Split(TokenizerFiles files, JsonObject step)
    {
        string behavior = TokenizerFiles.TextOf(step["behavior"]) ?? "";
        if (behavior is not ("Isolated" or "Removed")) throw files.Unusable($"the pre-tokenizer Split has the behavior '{behavior}', which is not supported (supported: Isolated, Removed)");
        if (Flag(files, step, "invert", otherwise: false)) throw files.Unusable("the pre-tokenizer Split sets invert, which is not supported");
        var given = step["pattern"] as JsonObject;
        string pattern = TokenizerFiles.TextOf(given?["Regex"]) ?? (TokenizerFiles.TextOf(given?["String"]) is { Length: > 0 } literal ? System.Text.RegularExpressions.Regex.Escape(literal) : throw files.Unusable("a pre-tokenizer Split has no pattern"));
        if (pattern.Length > MaxPatternCharacters) throw files.Unusable($"a pattern of the pre-tokenizer of tokenizer.json has {pattern.Length} characters, at most {MaxPatternCharacters} are accepted");
        if (behavior == "Isolated" && pattern is QwenPreTokenizer.Pattern or QwenPreTokenizer.DigitGroupsPattern) return new WordsPreTokenizer(pattern == QwenPreTokenizer.Pattern ? 1 : 3);
        try
        {
            return new SplitPreTokenizer(pattern, behavior == "Removed");
        }
        catch (ArgumentException e)
        {
            throw files.Unusable($"the pattern {pattern} of the pre-tokenizer Split is not supported: {e.Message}");
        }
    }

    private static bool Flag(TokenizerFiles files, JsonObject step, string name, bool otherwise) => files.Flag(step, name, "the pre-tokenizer of tokenizer.json") ?? otherwise;

    private static string? Type(JsonNode? node) => node is JsonObject part ? TokenizerFiles.TextOf(part["type"]) : null;
}
