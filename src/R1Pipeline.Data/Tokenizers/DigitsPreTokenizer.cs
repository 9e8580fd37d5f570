using System.Buffers;
using System.Text;

namespace R1Pipeline.Data.Tokenizers;

/// <summary><c>Digits</c>: numbers apart from the rest, each digit alone or in runs.</summary>
internal sealed class DigitsPreTokenizer(bool individual) : IPreTokenizer
{
    public void Cut(ReadOnlySpan<char> text, int offset, List<(int Start, int Length)> pieces)
    {
        int start = 0;
        bool wasDigit = false;
        for (int at = 0, width; at < text.Length; at += width)
        {
            bool isDigit = Rune.DecodeFromUtf16(text[at..], out Rune rune, out width) == OperationStatus.Done && Rune.IsNumber(rune);
            if (at > start && (isDigit != wasDigit || (isDigit && individual)))
            {
                pieces.Add((offset + start, at - start));
                start = at;
            }

            wasDigit = isDigit;
        }

        if (start < text.Length) pieces.Add((offset + start, text.Length - start));
    }
}
