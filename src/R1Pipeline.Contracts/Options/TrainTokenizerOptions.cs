using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>Training of a byte-level BPE tokenizer.</summary>
public sealed record TrainTokenizerOptions : StageOptions
{
    /// <summary>Entries of the vocabulary, the 256 bytes and the special tokens included.</summary>
    [Range(300, 1_000_000)]
    public int VocabularySize { get; init; } = 2048;

    /// <summary>A pair must occur so often to be merged.</summary>
    [Range(1, 1_000_000)]
    public int MinFrequency { get; init; } = 2;

    /// <summary>Special tokens, in id order, before all others. They must include the end-of-text and padding tokens.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } =
        ["<pad>", "<eos>", "<|user|>", "<|assistant|>", "<think>", "</think>", "<answer>", "</answer>"];

    /// <summary>Token that ends a text.</summary>
    public string EosToken { get; init; } = "<eos>";

    /// <summary>Token that fills a batch.</summary>
    public string PadToken { get; init; } = "<pad>";
}
