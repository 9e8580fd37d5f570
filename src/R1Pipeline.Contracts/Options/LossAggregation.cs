namespace R1Pipeline.Contracts.Options;

/// <summary>How per-token losses become one number.</summary>
public enum LossAggregation
{
    /// <summary>Mean over an output's tokens, then over outputs (DeepSeekMath eq. 3; the default).</summary>
    SequenceMean,

    /// <summary>Mean over all tokens (DAPO).</summary>
    TokenMean,

    /// <summary>Sum over (outputs × max-new-tokens) (Dr. GRPO).</summary>
    Constant,
}
