using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// Trains a byte-level BPE tokenizer: the most frequent pair of neighbours becomes a token, again and again. Pieces are Qwen2's (digits stand alone).
/// Deterministic: among equally frequent pairs the one with the smaller ids wins, so the same texts give the same file. Pair counts are kept up to
/// date merge by merge in a heap; the cost is that of the pieces that a merge touches, not of the whole text.
/// </summary>
public static class BpeTrainer
{
    // A piece is rarely longer than a word; a run of letters without end (base64, unsegmented text) is counted in parts, which bounds the cost of one merge.
    private const int MaxPieceChars = 256;

    /// <summary>
    /// Trains on the texts, read once. Special tokens inside a text are no training material. <paramref name="progress"/> hears the number of merges.
    /// Fails with UserData when the text is too small to give a single merge or the eos/pad tokens are not among the special ones.
    /// </summary>
    public static ITokenizer Train(IEnumerable<string> texts, TrainTokenizerOptions options, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);

        List<string> tokens = [.. options.SpecialTokens, .. ByteAlphabet.Sorted.Select(c => c.ToString())];
        Dictionary<string, int> ids = tokens.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id, StringComparer.Ordinal);
        var pairs = new BpePairCounts(CountPieces(texts, options.SpecialTokens).Select(piece => (piece.Key.Select(c => ids[c.ToString()]).ToArray(), piece.Value)));
        var merges = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        while (tokens.Count < options.VocabularySize && pairs.TakeMostFrequent(options.MinFrequency) is var (left, right))
        {
            string merged = tokens[left] + tokens[right];
            // Two ways to the same text share one token: "a"+"bc" after "ab"+"c".
            if (!ids.TryGetValue(merged, out int id))
            {
                id = tokens.Count;
                tokens.Add(merged);
                ids.Add(merged, id);
            }

            merges.TryAdd($"{tokens[left]} {tokens[right]}", id);
            pairs.Merge(left, right, id);
            progress?.Invoke(merges.Count);
        }

        return merges.Count == 0
            ? throw new StageFailedException(StageFailureClass.UserData, $"no pair of bytes occurs {options.MinFrequency} times in the training text: it is too small to train a tokenizer; give more text or lower min-frequency")
            : BpeTokenizer.Create("trained tokenizer", tokens, [.. merges.Keys], options.SpecialTokens, options.EosToken, options.PadToken);
    }

    private static void Check(TrainTokenizerOptions options)
    {
        foreach (string token in new[] { options.EosToken, options.PadToken })
        {
            if (!options.SpecialTokens.Contains(token))
                throw new StageFailedException(StageFailureClass.UserData, $"{token} is not among special-tokens; the end and padding tokens must be");
        }

        string? doubled = options.SpecialTokens.GroupBy(token => token).FirstOrDefault(group => group.Count() > 1 || group.Key.Length == 0)?.Key;
        if (doubled is not null) throw new StageFailedException(StageFailureClass.UserData, $"special-tokens has '{doubled}' twice or empty");
        int least = options.SpecialTokens.Count + 256;
        if (options.VocabularySize <= least)
            throw new StageFailedException(StageFailureClass.UserData, $"vocabulary-size {options.VocabularySize} leaves no room for merges: the bytes and special tokens alone are {least}");
    }

    /// <summary>How often each piece, spelled in the byte alphabet, occurs; in the order of first occurrence.</summary>
    private static OrderedDictionary<string, long> CountPieces(IEnumerable<string> texts, IReadOnlyList<string> specialTokens)
    {
        var added = new AddedTokenSet([.. specialTokens.Select((content, id) => new AddedToken(id, content, Special: true))]);
        var raw = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = raw.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (string text in texts)
        {
            for (int start = 0; start < text.Length;)
            {
                AddedToken? token = added.Next(text, start, out int at);
                string plain = start == 0 && at == text.Length ? text : text[start..at];
                for (int from = 0; from < plain.Length;)
                {
                    int end = Math.Min(QwenPreTokenizer.NextEnd(plain, from), from + MaxPieceChars);
                    if (end < plain.Length && char.IsLowSurrogate(plain[end])) end++;
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, plain.AsSpan(from, end - from), out _)++;
                    from = end;
                }

                start = at + (token?.Content.Length ?? 0);
            }
        }

        var pieces = new OrderedDictionary<string, long>(raw.Count, StringComparer.Ordinal);
        foreach ((string piece, long count) in raw) pieces[ByteAlphabet.Spell(piece)] = pieces.GetValueOrDefault(ByteAlphabet.Spell(piece)) + count;
        return pieces;
    }
}
