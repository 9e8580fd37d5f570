namespace R1Pipeline.Contracts.Options;

/// <summary>Which end of a figure is the best one.</summary>
public enum BestOrder
{
    /// <summary>The lower the better, like a loss.</summary>
    Lower,

    /// <summary>The higher the better, like a reward.</summary>
    Higher,
}
