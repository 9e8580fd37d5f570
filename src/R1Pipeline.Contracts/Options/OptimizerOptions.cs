using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>AdamW, its schedule and gradient clipping. The papers leave betas, weight decay, warm-up and clipping open (r1-recipe.md 4 and 10).</summary>
public abstract record OptimizerOptions : StageOptions
{
    /// <summary>Peak learning rate.</summary>
    [Range(0.0, 1.0)]
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>The value that the decay reaches after the last step, as in transformers' schedules: the last step itself is still a little above it.</summary>
    [Range(0.0, 1.0)]
    public double EndLearningRate { get; init; }

    /// <summary>Shape of the decay.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>Optimizer steps of linear warm-up; the first of them has rate 0.</summary>
    [Range(0, 1_000_000)]
    public int WarmupSteps { get; init; }

    /// <summary>Decay of the first moment.</summary>
    [Range(0.0, 0.999999)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment.</summary>
    [Range(0.0, 0.999999)]
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the second moment.</summary>
    [Range(1e-16, 1.0)]
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay, on every trained parameter.</summary>
    [Range(0.0, 10.0)]
    public double WeightDecay { get; init; }

    /// <summary>Largest global L2 norm of the gradient; larger ones are scaled down to it.</summary>
    [Range(1e-6, 1e6)]
    public double MaxGradNorm { get; init; } = 1.0;

    /// <summary>
    /// Mixture of experts: by how much the routing bias of an expert falls after a step that gave it more than its share of the tokens, and rises otherwise.
    /// 0: it stays as it is. DeepSeek-V3 (2.1.2, 4.2) takes 0.001.
    /// </summary>
    [Range(0.0, 1.0)]
    public double ExpertBiasStep { get; init; }

    /// <summary>Mixture of experts: weight of the sequence-wise balance loss. 0: there is none. DeepSeek-V3 (eq. 17, 4.2) takes 0.0001.</summary>
    [Range(0.0, 10.0)]
    public double ExpertBalanceWeight { get; init; }

    /// <summary>Sequences that go through the model at once; null: the whole batch. The gradient does not depend on it beyond rounding.</summary>
    [Range(1, 1_000_000), OutsideKey]
    public int? MicroBatch { get; init; }

    /// <summary>
    /// Keeps only the input of each layer for the backward pass and computes the layer a second time there: less memory, about a third more computing. The gradient
    /// does not depend on it.
    /// </summary>
    [OutsideKey]
    public bool ActivationCheckpointing { get; init; }
}
