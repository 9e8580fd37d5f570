using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>Shape and initialisation of a new Qwen2-style decoder.</summary>
public sealed record ModelShapeOptions
{
    /// <summary>Width of the residual stream.</summary>
    [Range(8, 65536)]
    public int HiddenSize { get; init; } = 96;

    /// <summary>Decoder layers.</summary>
    [Range(1, 512)]
    public int NumLayers { get; init; } = 3;

    /// <summary>Query heads.</summary>
    [Range(1, 512)]
    public int NumHeads { get; init; } = 4;

    /// <summary>Key-value heads; divides <c>num-heads</c>.</summary>
    [Range(1, 512)]
    public int NumKvHeads { get; init; } = 2;

    /// <summary>Width of the SwiGLU layer.</summary>
    [Range(8, 262144)]
    public int IntermediateSize { get; init; } = 256;

    /// <summary>Longest sequence in tokens.</summary>
    [Range(8, 1_048_576)]
    public int ContextTokens { get; init; } = 128;

    /// <summary>Base of the rotary frequencies.</summary>
    [Range(1.0, 1e9)]
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Epsilon of RMSNorm.</summary>
    [Range(1e-12, 1e-2)]
    public double RmsNormEps { get; init; } = 1e-6;

    /// <summary>Share the embedding with the output projection.</summary>
    public bool TiedEmbeddings { get; init; } = true;

    /// <summary>Standard deviation of embeddings and projections at the start; the projections back into the residual stream take it divided by sqrt(2 · layers).</summary>
    [Range(1e-6, 10.0)]
    public double InitStd { get; init; } = 0.02;
}
