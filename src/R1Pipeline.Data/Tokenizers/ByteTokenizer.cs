namespace R1Pipeline.Data.Tokenizers;

/// <summary>Special tokens and the 256 bytes, no merges: any text is its UTF-8 bytes.</summary>
public static class ByteTokenizer
{
    /// <summary>The tokenizer: the special tokens first, then the bytes.</summary>
    public static BpeTokenizer Create(IReadOnlyList<string> special, string eos, string pad)
    {
        ArgumentNullException.ThrowIfNull(special);
        return BpeTokenizer.Create("bytes", [.. special, .. ByteAlphabet.Sorted.Select(c => c.ToString())], [], special, eos, pad);
    }
}
