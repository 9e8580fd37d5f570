namespace R1Pipeline.Contracts.Options;

/// <summary>How frozen weights are held in less memory than their own type takes.</summary>
public enum WeightQuantization
{
    /// <summary>4-bit NormalFloat in blocks of 64 with double quantisation: 4.13 bits a weight (QLoRA, arXiv 2305.14314).</summary>
    Nf4,
}
