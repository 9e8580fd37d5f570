namespace R1Pipeline.Training.Model;

/// <summary>How rotary frequencies are stretched beyond the context that a model was first trained with. The formulas are in <c>RotaryFrequencies</c>.</summary>
public abstract record RopeScaling;

/// <summary>Position interpolation: all frequencies divided by the factor (arXiv 2306.15595).</summary>
/// <param name="Factor">At least 1.</param>
/// <param name="OriginalContext">Tokens before the stretch: <c>max_position_embeddings</c>.</param>
public sealed record LinearRope(double Factor, int OriginalContext) : RopeScaling;

/// <summary>
/// A base that grows with the longest sequence at hand (dynamic NTK). As in transformers, the numbers of a sequence longer than the original context depend
/// on the longest sequence beside it, and keys in a cache keep the frequencies of their time.
/// </summary>
/// <param name="Factor">At least 1.</param>
/// <param name="OriginalContext">Tokens up to which nothing changes: <c>max_position_embeddings</c>.</param>
public sealed record DynamicRope(double Factor, int OriginalContext) : RopeScaling;

/// <summary>High frequencies kept, low ones divided by the factor, a linear ramp between them, and a temperature on the attention (YaRN, arXiv 2309.00071).</summary>
/// <param name="Factor">At least 1.</param>
/// <param name="OriginalContext">Tokens before the stretch.</param>
/// <param name="BetaFast">Turns over the original context above which a frequency is kept.</param>
/// <param name="BetaSlow">Turns below which it is divided.</param>
/// <param name="AttentionFactor">What cosines and sines are multiplied with; null: it follows from the next two.</param>
/// <param name="Mscale">Weight of the temperature; null: 1.</param>
/// <param name="MscaleAllDim">Weight of the temperature that latent attention applies to the whole score instead; null: 0.</param>
public sealed record YarnRope(
    double Factor, int OriginalContext, double BetaFast, double BetaSlow, double? AttentionFactor, double? Mscale, double? MscaleAllDim) : RopeScaling
{
    /// <summary>The temperature of the scores of latent attention: (0.1 · mscale_all_dim · ln(factor) + 1)².</summary>
    internal double ScoreScale => MscaleAllDim is { } weight and not 0 ? Math.Pow(Temperature(weight), 2) : 1;

    /// <summary>What cosines and sines are multiplied with.</summary>
    internal double TableScale => AttentionFactor
        ?? (Mscale is { } mscale and not 0 && MscaleAllDim is { } all and not 0 ? Temperature(mscale) / Temperature(all) : Temperature(1));

    private double Temperature(double weight) => Factor <= 1 ? 1 : 0.1 * weight * Math.Log(Factor) + 1;
}

/// <summary>Long wavelengths divided by the factor, short ones kept, a smooth passage between them (Llama 3.1).</summary>
/// <param name="Factor">At least 1.</param>
/// <param name="OriginalContext">Tokens before the stretch.</param>
/// <param name="LowFrequencyFactor">Wavelengths above OriginalContext / this are divided.</param>
/// <param name="HighFrequencyFactor">Wavelengths below OriginalContext / this are kept.</param>
public sealed record Llama3Rope(double Factor, int OriginalContext, double LowFrequencyFactor, double HighFrequencyFactor) : RopeScaling;
