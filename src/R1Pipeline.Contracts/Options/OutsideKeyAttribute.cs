namespace R1Pipeline.Contracts.Options;

/// <summary>Marks an option that cannot change the result and therefore stands outside the stage's key: cadence, limits, gates, micro-batches.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OutsideKeyAttribute : Attribute
{
    /// <summary>
    /// Whether it is a limit that a result is held against: a result that was made under another limit is not taken over, so that a limit
    /// is never accepted and ignored.
    /// </summary>
    public bool IsLimit { get; init; }
}
