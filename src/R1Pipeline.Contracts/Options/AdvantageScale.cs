namespace R1Pipeline.Contracts.Options;

/// <summary>What divides a reward's distance from its group's mean.</summary>
public enum AdvantageScale
{
    /// <summary>The group's standard deviation (the papers).</summary>
    Group,

    /// <summary>The deviation of all rewards of the iteration.</summary>
    Batch,

    /// <summary>Nothing (Dr. GRPO).</summary>
    None,
}
