using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>A closed list of words separated by white space (<c>WordLevel</c> with <c>WhitespaceSplit</c>). There is no unknown token: a word outside the list is an error.</summary>
public sealed class WordTokenizer : ITokenizer
{
    private readonly KeptTokenizerFiles _files;
    private readonly AddedTokenSet _added;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly string[] _tokens;

    internal WordTokenizer(TokenizerFiles files)
    {
        _files = files.Kept;
        _ids = files.Vocabulary();
        _added = AddedTokenFile.Read(files, _ids);
        foreach (AddedToken token in _added.Tokens) _ids[token.Content] = token.Id;
        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
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
    public bool IsWordLevel => true;

    /// <inheritdoc/>
    public IReadOnlyList<int> BeginIds => [];

    /// <summary>A tokenizer of these tokens, in id order; the special ones are among them.</summary>
    public static WordTokenizer Create(IReadOnlyList<string> tokens, IReadOnlyList<string> special, string eos, string pad)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(special);
        var vocabulary = new JsonObject();
        for (int id = 0; id < tokens.Count; id++) vocabulary.Add(tokens[id], id);
        var model = new JsonObject { ["type"] = "WordLevel", ["vocab"] = vocabulary, ["unk_token"] = "<unk>" };
        var preTokenizer = new JsonObject { ["type"] = "WhitespaceSplit" };
        return new WordTokenizer(TokenizerFiles.Create("word list", special, eos, pad, preTokenizer, decoder: null, model));
    }

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 2) + 1);
        for (int start = 0; start < text.Length;)
        {
            AddedToken? token = _added.Next(text, start, out int at);
            EncodeWords(text, start, at, ids);
            if (token is null) break;
            ids.Add(token.Id);
            start = at + token.Content.Length;
        }

        return [.. ids];
    }

    /// <inheritdoc/>
    public int[] WithSpecial(ReadOnlySpan<int> ids) => ids.ToArray();

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        var words = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            if (id < _tokens.Length && !(skipSpecial && IsSpecial(id))) words.Add(TokenOf(id));
        }

        return string.Join(' ', words);
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

    private void EncodeWords(string text, int start, int end, List<int> ids)
    {
        for (int i = start; i < end;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            int from = i;
            while (i < end && !char.IsWhiteSpace(text[i])) i++;
            ReadOnlySpan<char> word = text.AsSpan(from, i - from);
            if (!_idsBySpan.TryGetValue(word, out int id))
                throw new StageFailedException(StageFailureClass.UserData, $"the tokenizer is a closed list of {_tokens.Length} words and '{Shortened(word)}' is not one of them; use data made for it, or a byte-level tokenizer");
            ids.Add(id);
        }
    }

    private static string Shortened(ReadOnlySpan<char> word) => word.Length <= 40 ? word.ToString() : string.Concat(word[..40], "…");
}
