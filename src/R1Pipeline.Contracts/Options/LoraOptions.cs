using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>
/// Low-rank adaptation (LoRA, arXiv 2106.09685): the model stays as it is, and pairs of narrow matrices beside its projections are trained,
/// y = W x + alpha / rank · B A x. The stage puts out the merged model, and the adapter in PEFT's format in its folder <c>adapter</c>.
/// </summary>
public sealed record LoraOptions
{
    /// <summary>Rows of A and columns of B (r).</summary>
    [Range(1, 4096)]
    public int Rank { get; init; } = 16;

    /// <summary>The update is multiplied by alpha / rank (with <c>rank-stabilized</c> by alpha / sqrt(rank)).</summary>
    [Range(1e-3, 1e6)]
    public double Alpha { get; init; } = 32;

    /// <summary>Share of the elements that are dropped from what A reads, in training; 0 in the RL stages, whose ratios compare with outputs that were sampled without.</summary>
    [Range(0.0, 0.99)]
    public double Dropout { get; init; }

    /// <summary>Projections that are adapted, by their Hugging Face names, in every layer; null: all that the model has, those of all experts included.</summary>
    [AllowedValues("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "q_a_proj", "q_b_proj", "kv_a_proj_with_mqa", "kv_b_proj")]
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>Scale by alpha / sqrt(rank) (rsLoRA, arXiv 2312.03732): the size of the update then does not shrink with the rank.</summary>
    public bool RankStabilized { get; init; }

    /// <summary>
    /// Hold the frozen projections quantised (QLoRA), each dequantised anew wherever it is used; embedding, output, norms, biases and routers stay as they are.
    /// The merged model has the dequantised weights, those that the adapter was trained on. null: as they are.
    /// </summary>
    [AbsentFromKeyWhenNull]
    public WeightQuantization? Quantize { get; init; }
}
