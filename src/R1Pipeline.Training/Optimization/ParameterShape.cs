namespace R1Pipeline.Training.Optimization;

/// <summary>A named tensor inside a flat buffer.</summary>
/// <param name="Name">Name inside the model, not a Hugging Face name.</param>
/// <param name="Dimensions">Its shape.</param>
public sealed record ParameterShape(string Name, params long[] Dimensions)
{
    /// <summary>Whether the tensor belongs to the model but no gradient moves it, nor weight decay. Buffers lie behind all trained tensors.</summary>
    public bool IsBuffer { get; init; }

    /// <summary>Number of elements.</summary>
    public long Count { get; } = Dimensions.Aggregate(1L, (product, size) => checked(product * size));
}
