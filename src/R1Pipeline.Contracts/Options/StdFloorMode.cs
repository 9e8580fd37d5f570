namespace R1Pipeline.Contracts.Options;

/// <summary>How a small deviation is kept from blowing up noise; no source settles it (r1-recipe.md 3.2).</summary>
public enum StdFloorMode
{
    /// <summary>max(std, value).</summary>
    Floor,

    /// <summary>std + value.</summary>
    Eps,
}
