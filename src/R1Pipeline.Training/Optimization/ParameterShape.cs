namespace R1Pipeline.Training.Optimization;

/// <summary>A named tensor inside a flat buffer.</summary>
/// <param name="Name">Name inside the model, not a Hugging Face name.</param>
/// <param name="Dimensions">Its shape.</param>
public sealed record ParameterShape(string Name, params long[] Dimensions)
{
    /// <summary>Number of elements.</summary>
    public long Count { get; } = Dimensions.Aggregate(1L, (product, size) => checked(product * size));
}
