using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Tokenizers;
using MergeModel = Microsoft.ML.Tokenizers.BpeTokenizer;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// Byte-level BPE as Hugging Face's <c>tokenizer.json</c> describes it: no merges (plain bytes), or merges inside the pieces of Qwen2's pattern, with
/// or without NFC. Merging is Microsoft.ML.Tokenizers'; added tokens, normalisation, pieces and decoding stand here, where that library departs from
/// the reference. Any other normaliser, pre-tokenizer or model setting is refused by name.
/// </summary>
public sealed class BpeTokenizer : ITokenizer
{
    private readonly TokenizerFiles _files;
    private readonly AddedTokenSet _added;
    private readonly MergeModel _merges;
    private readonly Dictionary<string, int> _ids;
    private readonly string[] _tokens;
    private readonly bool _normalizes;

    internal BpeTokenizer(TokenizerFiles files)
    {
        _files = files;
        BpeFileChecks.CheckModel(files);
        _normalizes = BpeFileChecks.IsNfc(files);
        _added = files.AddedTokens();
        _ids = files.Vocabulary();
        _merges = MergeModel.Create(new BpeOptions(_ids)
        {
            Merges = BpeFileChecks.Merges(files),
            PreTokenizer = BpeFileChecks.CutsLikeQwen(files) ? new QwenPreTokenizer() : new WholeTextPreTokenizer(),
            ByteLevel = true,
        });
        foreach (AddedToken token in _added.Tokens) _ids[token.Content] = token.Id;
        _tokens = new string[_ids.Values.Max() + 1];
        Array.Fill(_tokens, "");
        foreach ((string token, int id) in _ids) _tokens[id] = token;
        EosId = files.ConfiguredId("eos_token", IdOf) ?? throw files.Unusable("tokenizer_config.json names no eos_token");
        PadId = files.ConfiguredId("pad_token", IdOf) ?? EosId;
    }

    /// <inheritdoc/>
    public int VocabularySize => _tokens.Length;

    /// <inheritdoc/>
    public int EosId { get; }

    /// <inheritdoc/>
    public int PadId { get; }

    /// <inheritdoc/>
    public bool IsWordLevel => false;

    /// <summary>A tokenizer of these tokens in the byte alphabet, in id order, and merges as "left right" in rank order.</summary>
    internal static BpeTokenizer Create(string origin, IReadOnlyList<string> tokens, IReadOnlyList<string> merges, IReadOnlyList<string> special, string eos, string pad)
    {
        var vocabulary = new JsonObject();
        for (int id = 0; id < tokens.Count; id++) vocabulary.Add(tokens[id], id);
        var model = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = vocabulary,
            ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode?)merge)]),
        };
        return new BpeTokenizer(TokenizerFiles.Create(origin, special, eos, pad, BpeFileChecks.PreTokenizer(cutsLikeQwen: merges.Count > 0), BpeFileChecks.Decoder(), model));
    }

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 2) + 1);
        for (int start = 0; start < text.Length;)
        {
            AddedToken? token = _added.Next(text, start, out int at);
            if (at > start)
            {
                string plain = text[start..at];
                ids.AddRange(_merges.EncodeToIds(_normalizes ? Nfc.Normalize(plain) : plain, considerPreTokenization: true, considerNormalization: false));
            }

            if (token is null) break;
            ids.Add(token.Id);
            start = at + token.Content.Length;
        }

        return [.. ids];
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        var bytes = new List<byte>(ids.Length * 4);
        foreach (int id in ids)
        {
            if (skipSpecial && IsSpecial(id)) continue;
            string token = TokenOf(id);
            // The characters of one token may lie in the tokens around it: bytes are joined first and read as UTF-8 at the end.
            if (_added.Find(id) is not null || !ByteAlphabet.TryBytes(token, bytes)) bytes.AddRange(Encoding.UTF8.GetBytes(token));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <inheritdoc/>
    public bool IsSpecial(int id) => _added.IsSpecial(id);

    /// <inheritdoc/>
    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <inheritdoc/>
    public string TokenOf(int id) => _tokens[id];

    /// <inheritdoc/>
    public void Save(string directory) => _files.Save(directory);
}
