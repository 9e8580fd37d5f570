namespace R1Pipeline.Training.Model;

/// <summary>The model families that are computed here. What differs between them stands in <see cref="DecoderConfig"/> and in one weight map each.</summary>
public enum DecoderFamily
{
    /// <summary>Qwen2 and Qwen2.5: grouped-query attention with a bias on query, key and value.</summary>
    Qwen2,

    /// <summary>Qwen3: RMSNorm on every query and key head, no bias.</summary>
    Qwen3,

    /// <summary>Llama 3.x: grouped-query attention without a bias.</summary>
    Llama,

    /// <summary>DeepSeek-V3 and R1: latent attention, mixture of experts.</summary>
    DeepseekV3,
}
