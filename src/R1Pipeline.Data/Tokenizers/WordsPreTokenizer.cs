namespace R1Pipeline.Data.Tokenizers;

/// <summary>The pattern of Qwen2 and Llama 3, by <see cref="QwenPreTokenizer"/>.</summary>
/// <param name="maxDigits">Most digits of a piece.</param>
internal sealed class WordsPreTokenizer(int maxDigits) : IPreTokenizer
{
    public void Cut(ReadOnlySpan<char> text, int offset, List<(int Start, int Length)> pieces)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = QwenPreTokenizer.NextEnd(text, start, maxDigits);
            pieces.Add((offset + start, end - start));
            start = end;
        }
    }
}
