using System.Runtime.InteropServices;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// The text of token ids as they come. A character whose bytes lie in several tokens is held back until it is whole, so that what was given never changes;
/// all that was given and the end together are the text of all ids at once.
/// </summary>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="skipSpecial">Whether special tokens are left out.</param>
public sealed class StreamingText(ITokenizer tokenizer, bool skipSpecial = true)
{
    private const char Replacement = '\uFFFD';

    private readonly List<int> _pending = [];
    private int _given;
    private bool _started;

    /// <summary>Text that the id completes; empty while a character is incomplete.</summary>
    public string Append(int id)
    {
        if (skipSpecial && tokenizer.IsSpecial(id)) return "";
        _pending.Add(id);
        string text = Pending();
        if (!text.EndsWith(Replacement)) return Finish(text);
        // Only the last one can still become a character: whatever stands before it has been decided.
        string given = text[_given..^1];
        _given += given.Length;
        return given;
    }

    /// <summary>What was held back; bytes that no character came of are U+FFFD.</summary>
    public string End() => _pending.Count == 0 ? "" : Finish(Pending());

    private string Pending() => tokenizer.Decode(CollectionsMarshal.AsSpan(_pending));

    private string Finish(string text)
    {
        // The words of a word list have spaces between them.
        string rest = tokenizer.IsWordLevel && _started ? " " + text : text[_given..];
        _pending.Clear();
        _given = 0;
        _started = true;
        return rest;
    }
}
