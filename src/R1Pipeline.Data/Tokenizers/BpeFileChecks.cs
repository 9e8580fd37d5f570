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

    /// <summary>The ids of each merge, left, right and merged, in rank order. The file has "left right"; newer ones spell each as a list of two.</summary>
    /// <param name="files">The files.</param>
    /// <param name="vocabulary">Token → id.</param>
    public static IReadOnlyList<(int Left, int Right, int Merged)> Merges(TokenizerFiles files, Dictionary<string, int> vocabulary)
    {
        JsonArray list = files.Model["merges"] as JsonArray ?? throw files.Unusable("tokenizer.json has no model.merges list");
        var ids = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(int Left, int Right, int Merged)>(list.Count);
        foreach (JsonNode? merge in list)
        {
            string text = TokenizerFiles.TextOf(merge) ?? (merge is JsonArray { Count: 2 } pair ? $"{TokenizerFiles.TextOf(pair[0])} {TokenizerFiles.TextOf(pair[1])}" : "");
            int space = text.IndexOf(' ');
            if (space <= 0 || space != text.LastIndexOf(' ') || space == text.Length - 1)
                throw files.Unusable($"model.merges of tokenizer.json has the entry {merge?.ToJsonString() ?? "null"}; two tokens are expected");
            merges.Add((Id(text.AsSpan(0, space), text), Id(text.AsSpan(space + 1), text), Id(text.Remove(space, 1), text)));
        }

        return merges;

        int Id(ReadOnlySpan<char> token, string text) => ids.TryGetValue(token, out int id) ? id : throw files.Unusable($"the merge {text} of tokenizer.json has the token {token}, which is not in the vocabulary");
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
