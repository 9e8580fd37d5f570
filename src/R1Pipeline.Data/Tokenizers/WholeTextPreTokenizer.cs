using Microsoft.ML.Tokenizers;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>No cutting: the whole text is one piece.</summary>
internal sealed class WholeTextPreTokenizer : PreTokenizer
{
    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => text.Length == 0 ? [] : [(0, text.Length)];

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => text.IsEmpty ? [] : [(0, text.Length)];
}
