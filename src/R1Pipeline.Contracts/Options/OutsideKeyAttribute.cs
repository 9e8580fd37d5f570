namespace R1Pipeline.Contracts.Options;

/// <summary>Marks an option that cannot change the result and therefore stands outside the stage's key: cadence, limits, gates, micro-batches.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OutsideKeyAttribute : Attribute;
