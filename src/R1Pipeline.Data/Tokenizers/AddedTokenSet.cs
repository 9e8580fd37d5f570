using System.Buffers;
using System.Globalization;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>The added tokens of a tokenizer; finds them in a text, leftmost first and the longest of several at one place. Linear in the text.</summary>
internal sealed class AddedTokenSet
{
    private readonly Dictionary<int, AddedToken> _byId;

    // A tree of characters, its root 0: a place in a text costs as much as the longest token at most, however many there are.
    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly Dictionary<int, AddedToken> _ends = [];
    private readonly SearchValues<char> _firstChars;

    public AddedTokenSet(IReadOnlyList<AddedToken> tokens)
    {
        Tokens = tokens;
        _byId = tokens.ToDictionary(token => token.Id);
        _firstChars = SearchValues.Create([.. tokens.Select(token => token.Content[0]).Distinct()]);
        foreach (AddedToken token in tokens)
        {
            int node = 0;
            foreach (char c in token.Content)
            {
                if (!_edges.TryGetValue((node, c), out int next)) _edges.Add((node, c), next = _edges.Count + 1);
                node = next;
            }

            _ = _ends.TryAdd(node, token);
        }
    }

    public IReadOnlyList<AddedToken> Tokens { get; }

    public bool IsSpecial(int id) => _byId.TryGetValue(id, out AddedToken? token) && token.Special;

    public AddedToken? Find(int id) => _byId.GetValueOrDefault(id);

    /// <summary>The next added token at or after <paramref name="from"/>; null, and the text's length, when there is none.</summary>
    public AddedToken? Next(string text, int from, out int at)
    {
        for (at = from; at < text.Length; at++)
        {
            int skipped = text.AsSpan(at).IndexOfAny(_firstChars);
            if (skipped < 0) break;
            at += skipped;
            AddedToken? longest = null;
            for (int i = at, node = 0; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++) longest = _ends.GetValueOrDefault(node, longest!);
            if (longest is not null) return longest;
        }

        at = text.Length;
        return null;
    }

    /// <summary>
    /// The text from left to right: added tokens and what stands between them. A token that is not a single word where it should be stays text; white space
    /// beside a token that strips it belongs to the token.
    /// </summary>
    public IEnumerable<(AddedToken? Token, int Start, int End)> Split(string text)
    {
        int done = 0;
        for (int from = 0; Next(text, from, out int at) is { } token;)
        {
            int end = at + token.Content.Length;
            from = end;
            if (token.SingleWord && ((at > 0 && IsWordCharacter(text[at - 1])) || (end < text.Length && IsWordCharacter(text[end])))) continue;
            if (token.StripsLeft)
            {
                while (at > done && char.IsWhiteSpace(text[at - 1])) at--;
            }

            if (token.StripsRight)
            {
                while (end < text.Length && char.IsWhiteSpace(text[end])) end++;
            }

            if (at > done) yield return (null, done, at);
            yield return (token, Math.Max(at, done), end);
            done = end;
        }

        if (done < text.Length) yield return (null, done, text.Length);
    }

    private static bool IsWordCharacter(char c) => c == '_' || char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.Surrogate;
}
