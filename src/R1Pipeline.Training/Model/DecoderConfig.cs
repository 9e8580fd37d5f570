using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Training.Model;

/// <summary>Shape and constants of a decoder. Read from and written to Hugging Face's <c>config.json</c> by <see cref="DecoderConfigFile"/>.</summary>
public sealed record DecoderConfig
{
    /// <summary>The family, which fixes what the sizes below leave open: biases and the norms on query and key heads.</summary>
    public DecoderFamily Family { get; init; } = DecoderFamily.Qwen2;

    /// <summary>Rows of the embedding (V).</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream (D).</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Decoder layers.</summary>
    public required int NumLayers { get; init; }

    /// <summary>Query heads (H).</summary>
    public required int NumHeads { get; init; }

    /// <summary>Key-value heads (K), a divisor of H.</summary>
    public required int NumKvHeads { get; init; }

    /// <summary>Width of one head (hd), even; with latent attention the width of the part that turns with the position.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width of the SwiGLU layer (F).</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Longest sequence in tokens, after a stretch by <see cref="RopeScaling"/>.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>How the rotary frequencies are stretched; null: they are not.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Latent attention in place of grouped queries; null: grouped queries.</summary>
    public LatentAttentionShape? LatentAttention { get; init; }

    /// <summary>The mixture of experts; null: every layer has an ordinary feed-forward.</summary>
    public ExpertsShape? Experts { get; init; }

    /// <summary>Epsilon of RMSNorm, under the root.</summary>
    public double RmsNormEps { get; init; } = 1e-6;

    /// <summary>Whether the output projection is the embedding.</summary>
    public bool TiedEmbeddings { get; init; } = true;

    /// <summary>Beginning-of-text id, where the model has one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>End-of-text id, the first where there are several.</summary>
    public int? EosTokenId { get; init; }

    /// <summary>Further ids at which a text ends.</summary>
    public IReadOnlyList<int> OtherEndTokenIds { get; init; } = [];

    /// <summary>Padding id, where the model has one.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>
    /// The other keys of the <c>config.json</c> that the model came with, a JSON object by name: they change nothing here, but other software reads some of them
    /// (transformers warns of a wrong tokenizer where <c>transformers_version</c> is missing), so that a model made from it keeps them.
    /// </summary>
    public string OtherKeys { get; init; } = "{}";

    /// <summary>Every id at which a text ends.</summary>
    internal IReadOnlyList<int> EndTokenIds => EosTokenId is { } first ? [first, .. OtherEndTokenIds] : [];

    /// <summary>Whether query, key and value have a bias.</summary>
    internal bool HasQkvBias => Family == DecoderFamily.Qwen2;

    /// <summary>Whether every query and key head passes an RMSNorm before it turns.</summary>
    internal bool HasHeadNorms => Family == DecoderFamily.Qwen3;

    /// <summary>The config of a new model of the given shape.</summary>
    /// <exception cref="ArgumentException">Heads do not divide the width, or key-value heads not the heads.</exception>
    public static DecoderConfig Of(ModelShapeOptions shape, int vocabularySize, int? eosTokenId, int? padTokenId)
    {
        if (shape.HiddenSize % shape.NumHeads != 0)
            throw new ArgumentException($"hidden-size {shape.HiddenSize} is not a multiple of num-heads {shape.NumHeads}", nameof(shape));
        var config = new DecoderConfig
        {
            VocabularySize = vocabularySize,
            HiddenSize = shape.HiddenSize,
            NumLayers = shape.NumLayers,
            NumHeads = shape.NumHeads,
            NumKvHeads = shape.NumKvHeads,
            HeadSize = shape.HiddenSize / shape.NumHeads,
            IntermediateSize = shape.IntermediateSize,
            ContextTokens = shape.ContextTokens,
            RopeTheta = shape.RopeTheta,
            RmsNormEps = shape.RmsNormEps,
            TiedEmbeddings = shape.TiedEmbeddings,
            EosTokenId = eosTokenId,
            PadTokenId = padTokenId,
        };
        return config.Problem() is { } problem ? throw new ArgumentException(problem, nameof(shape)) : config;
    }

    /// <summary>What is wrong with the shape; null when it can be computed.</summary>
    internal string? Problem()
    {
        if (NumHeads % NumKvHeads != 0) return $"{NumHeads} query heads are not a multiple of {NumKvHeads} key-value heads";
        if (HeadSize % 2 != 0) return $"head size {HeadSize} is odd: rotary embedding turns pairs";
        if (RopeTheta <= 1) return $"rope_theta {RopeTheta} is not above 1";
        foreach (var (key, id) in (ReadOnlySpan<(string, int?)>)[("bos_token_id", BosTokenId), ("pad_token_id", PadTokenId), .. EndTokenIds.Select(id => ("eos_token_id", (int?)id))])
        {
            if (id >= VocabularySize) return $"{key} {id} is outside the vocabulary of {VocabularySize}";
        }

        return Experts?.Problem();
    }

    /// <summary>The layer's mixture of experts; null: it has an ordinary feed-forward.</summary>
    internal ExpertsShape? ExpertsOf(int layer) => Experts is { } experts && layer >= experts.DenseLayers ? experts : null;
}
