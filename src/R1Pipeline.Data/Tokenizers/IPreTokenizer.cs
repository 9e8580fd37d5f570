namespace R1Pipeline.Data.Tokenizers;

/// <summary>One step of a tokenizer's pre-tokenizer: cuts a piece of text into smaller pieces, inside which byte pairs are merged.</summary>
internal interface IPreTokenizer
{
    /// <summary>Adds the pieces of <paramref name="text"/>, from left to right, shifted by <paramref name="offset"/>.</summary>
    void Cut(ReadOnlySpan<char> text, int offset, List<(int Start, int Length)> pieces);
}
