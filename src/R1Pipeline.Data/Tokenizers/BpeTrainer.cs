using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>Trains a byte-level BPE tokenizer. Deterministic: the same texts in the same order give the same file.</summary>
public static class BpeTrainer
{
    /// <summary>
    /// Trains on the texts, read once. Special tokens inside a text are no training material. <paramref name="progress"/> hears the number of merges.
    /// Fails with UserData when the text is too small to give a single merge or the eos/pad tokens are not among the special ones.
    /// </summary>
    public static ITokenizer Train(IEnumerable<string> texts, TrainTokenizerOptions options, Action<int>? progress = null) => throw new NotSupportedException(options?.ToString());
}
