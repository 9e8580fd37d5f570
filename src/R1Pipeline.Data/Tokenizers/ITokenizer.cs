namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// Text to token ids and back. Special tokens inside the text are recognised; none is added. Encoding is a pure function of the text.
/// </summary>
public interface ITokenizer
{
    /// <summary>The largest id + 1. A model's embedding may have more rows, up to a round number: a model can sample them, and they have no text.</summary>
    int VocabularySize { get; }

    /// <summary>Id that ends a text or a turn; generation stops at it.</summary>
    int EosId { get; }

    /// <summary>Id that fills a batch.</summary>
    int PadId { get; }

    /// <summary>A closed list of words split at white space: every word of the text is one token, so that a one-letter word is a word and never a variable.</summary>
    bool IsWordLevel { get; }

    /// <summary>Ids of the text. A closed vocabulary throws StageFailedException(UserData) that names the unknown word.</summary>
    int[] Encode(string text);

    /// <summary>The special tokens that the tokenizer puts before a text: mostly a BOS or none.</summary>
    IReadOnlyList<int> BeginIds { get; }

    /// <summary>The ids of a text with the special tokens that the tokenizer puts around it (a BOS, mostly).</summary>
    int[] WithSpecial(ReadOnlySpan<int> ids);

    /// <summary>Text of the ids. Bytes that are no UTF-8 (a cut character) become U+FFFD; with <paramref name="skipSpecial"/> special tokens are left out.</summary>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false);

    /// <summary>Whether the id is a special token.</summary>
    bool IsSpecial(int id);

    /// <summary>Whether the id is a token that is recognised in raw text before anything else, special or not.</summary>
    bool IsAdded(int id);

    /// <summary>Id of a token by its text as the vocabulary spells it; null when there is none.</summary>
    int? IdOf(string token);

    /// <summary>A token as the vocabulary spells it; empty for an id that it does not have.</summary>
    string TokenOf(int id);

    /// <summary>Writes <c>tokenizer.json</c> and <c>tokenizer_config.json</c> (a chat template that stands there is kept).</summary>
    void Save(string directory);
}
