namespace R1Pipeline.Contracts.Options;

/// <summary>Per-token estimate of KL(policy, reference), with d = log reference - log policy.</summary>
public enum KlEstimator
{
    /// <summary>-d.</summary>
    K1,

    /// <summary>d² / 2.</summary>
    K2,

    /// <summary>exp(d) - d - 1: never negative (the papers).</summary>
    K3,
}
