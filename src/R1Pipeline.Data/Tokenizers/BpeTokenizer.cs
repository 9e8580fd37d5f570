using System.Text;
using System.Text.Json.Nodes;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// Byte-level BPE as Hugging Face's <c>tokenizer.json</c> describes it and as Qwen, Llama 3 and DeepSeek use it: added tokens, normalisation, pieces,
/// merges inside them, and back. Any other normaliser, pre-tokenizer, post-processor or model setting is refused by name. Not for two threads at once.
/// </summary>
public sealed class BpeTokenizer : ITokenizer
{
    // Words repeat: most pieces of a text were merged before. Long pieces do not repeat and stay out.
    private const int MaxCachedPieces = 1 << 17;
    private const int MaxCachedLength = 32;

    private readonly KeptTokenizerFiles _files;
    private readonly AddedTokenSet _added;
    private readonly AddedTokenSet _rawTokens;
    private readonly AddedTokenSet _normalizedTokens;
    private readonly IReadOnlyList<IPreTokenizer> _preTokenizers;
    private readonly BpeMerges _merges;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>? _wholePieces;
    private readonly Dictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private readonly int[] _before;
    private readonly int[] _after;
    private readonly Dictionary<string, int> _ids;
    private readonly string[] _tokens;
    private readonly bool _normalizes;

    internal BpeTokenizer(TokenizerFiles files)
    {
        _files = files.Kept;
        BpeFileChecks.CheckModel(files);
        _normalizes = BpeFileChecks.IsNfc(files);
        _ids = files.Vocabulary();
        _added = AddedTokenFile.Read(files, _ids);
        _rawTokens = new AddedTokenSet([.. _added.Tokens.Where(token => !token.Normalized)]);
        _normalizedTokens = new AddedTokenSet([.. _added.Tokens.Where(token => token.Normalized).Select(token => _normalizes ? token with { Content = Nfc.Normalize(token.Content) } : token)]);
        _preTokenizers = PreTokenizerFile.Read(files);
        _merges = new BpeMerges(_ids, BpeFileChecks.Merges(files, _ids));
        if (BpeFileChecks.IgnoresMerges(files)) _wholePieces = new Dictionary<string, int>(_ids, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (AddedToken token in _added.Tokens) _ids[token.Content] = token.Id;
        (_before, _after) = PostProcessorFile.Read(files, _ids);
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

    /// <inheritdoc/>
    public IReadOnlyList<int> BeginIds => _before;

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
        var pieces = new List<(int Start, int Length)>();
        foreach ((AddedToken? token, int start, int end) in _rawTokens.Split(text))
        {
            if (token is not null) ids.Add(token.Id);
            else EncodePlain(start == 0 && end == text.Length ? text : text[start..end], pieces, ids);
        }

        return [.. ids];
    }

    /// <inheritdoc/>
    public int[] WithSpecial(ReadOnlySpan<int> ids) => [.. _before, .. ids, .. _after];

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        var bytes = new List<byte>(ids.Length * 4);
        foreach (int id in ids)
        {
            if (skipSpecial && IsSpecial(id)) continue;
            string token = TokenOf(id);
            // The characters of one token may lie in the tokens around it: bytes are joined first and read as UTF-8 at the end.
            if (IsAdded(id) || !ByteAlphabet.TryBytes(token, bytes)) bytes.AddRange(Encoding.UTF8.GetBytes(token));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <inheritdoc/>
    public bool IsSpecial(int id) => _added.IsSpecial(id);

    /// <inheritdoc/>
    public bool IsAdded(int id) => _added.Find(id) is not null;

    /// <inheritdoc/>
    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <inheritdoc/>
    public string TokenOf(int id) => id < _tokens.Length ? _tokens[id] : "";

    /// <inheritdoc/>
    public void Save(string directory) => _files.Save(directory);

    /// <summary>Text between added tokens: normalised, cut into pieces, each piece merged.</summary>
    private void EncodePlain(string text, List<(int Start, int Length)> pieces, List<int> ids)
    {
        if (_normalizes) text = Nfc.Normalize(text);
        foreach ((AddedToken? token, int start, int end) in _normalizedTokens.Split(text))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }

            pieces.Clear();
            Cut(text, start, end, pieces);
            foreach ((int at, int length) in pieces) AppendIds(text.AsSpan(at, length), ids);
        }
    }

    private void Cut(string text, int start, int end, List<(int Start, int Length)> pieces)
    {
        pieces.Add((start, end - start));
        foreach (IPreTokenizer step in _preTokenizers)
        {
            (int Start, int Length)[] whole = [.. pieces];
            pieces.Clear();
            foreach ((int at, int length) in whole) step.Cut(text.AsSpan(at, length), at, pieces);
        }
    }

    private void AppendIds(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.Length > MaxCachedLength)
        {
            ids.AddRange(Merge(piece));
            return;
        }

        var cache = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!cache.TryGetValue(piece, out int[]? known))
        {
            if (_cache.Count >= MaxCachedPieces) _cache.Clear();
            known = Merge(piece);
            cache[piece] = known;
        }

        ids.AddRange(known);
    }

    private int[] Merge(ReadOnlySpan<char> piece)
    {
        if (_wholePieces is { } whole && whole.TryGetValue(ByteAlphabet.Spell(piece), out int id)) return [id];
        return _merges.Merge(piece);
    }
}
