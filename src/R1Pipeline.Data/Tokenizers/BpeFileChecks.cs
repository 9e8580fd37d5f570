using System.Text.Json.Nodes;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>Reads and writes the parts of a byte-level BPE <c>tokenizer.json</c>; whatever would change an id and is not supported is refused by name.</summary>
internal static class BpeFileChecks
{
    /// <summary>The model's own settings.</summary>
    public static void CheckModel(TokenizerFiles files)
    {
        JsonObject model = files.Model;
        foreach (string name in new[] { "dropout", "unk_token" })
        {
            if (model[name] is not null) throw files.Unusable($"the BPE model sets {name}, which is not supported");
        }

        foreach (string name in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (model[name] is { } set && TokenizerFiles.TextOf(set) != "") throw files.Unusable($"the BPE model sets {name}, which is not supported");
        }

        if (files.IsOn("byte_fallback")) throw files.Unusable("the BPE model sets byte_fallback, which is not supported");

        JsonObject vocabulary = model["vocab"] as JsonObject ?? throw files.Unusable("tokenizer.json has no model.vocab object");
        foreach (char c in ByteAlphabet.Sorted)
        {
            if (!vocabulary.ContainsKey(c.ToString())) throw files.Unusable($"the vocabulary lacks the byte token '{c}': it is not byte-level BPE");
        }

        if (Type(files.Root["decoder"]) is not "ByteLevel") throw files.Unusable("the decoder is not ByteLevel");
    }

    /// <summary>Merges as "left right", in rank order; newer files spell each as a list of two.</summary>
    public static IReadOnlyList<string> Merges(TokenizerFiles files) =>
        [.. (files.Model["merges"] as JsonArray ?? throw files.Unusable("tokenizer.json has no model.merges list")).Select(merge => Merge(files, merge))];

    private static string Merge(TokenizerFiles files, JsonNode? merge)
    {
        string? text = merge is JsonArray { Count: 2 } pair && TokenizerFiles.TextOf(pair[0]) is { } left && TokenizerFiles.TextOf(pair[1]) is { } right
            ? $"{left} {right}"
            : TokenizerFiles.TextOf(merge);
        if (text?.Split(' ') is not [{ Length: > 0 } first, { Length: > 0 } second])
            throw files.Unusable($"model.merges of tokenizer.json has the entry {merge?.ToJsonString() ?? "null"}; two tokens are expected");
        string? missing = new[] { first, second, first + second }.FirstOrDefault(token => !((JsonObject)files.Model["vocab"]!).ContainsKey(token));
        return missing is null ? text : throw files.Unusable($"the merge {text} of tokenizer.json has the token {missing}, which is not in the vocabulary");
    }

    /// <summary>Whether a piece that is a token as a whole is that token, whatever its merges would give.</summary>
    public static bool IgnoresMerges(TokenizerFiles files) => files.IsOn("ignore_merges");

    /// <summary>True for NFC, false for no normaliser.</summary>
    public static bool IsNfc(TokenizerFiles files) => Type(files.Root["normalizer"]) switch
    {
        null => files.Root["normalizer"] is null ? false : throw files.Unusable("normalizer of tokenizer.json is no object with a type (supported: none, NFC)"),
        "NFC" => true,
        "Sequence" => NormalizersOf(files).Select(type => type == "NFC" ? true : throw files.Unusable($"the normalizer {type} is not supported (supported: none, NFC)")).ToArray().Length > 0,
        string type => throw files.Unusable($"the normalizer {type} is not supported (supported: none, NFC)"),
    };

    private static IEnumerable<string?> NormalizersOf(TokenizerFiles files) => (((JsonObject)files.Root["normalizer"]!)["normalizers"] as JsonArray ?? throw files.Unusable("the normalizer Sequence of tokenizer.json has no list of normalizers")).Select(Type);

    public static JsonObject PreTokenizer(bool cutsLikeQwen)
    {
        if (!cutsLikeQwen) return ByteLevel();
        var split = new JsonObject
        {
            ["type"] = "Split",
            ["pattern"] = new JsonObject { ["Regex"] = QwenPreTokenizer.Pattern },
            ["behavior"] = "Isolated",
            ["invert"] = false,
        };
        return new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(split, ByteLevel()) };
    }

    public static JsonObject Decoder() => ByteLevel();

    private static JsonObject ByteLevel() => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = false };

    private static string? Type(JsonNode? node) => node is JsonObject part ? TokenizerFiles.TextOf(part["type"]) : null;
}
