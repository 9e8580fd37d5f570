namespace R1Pipeline.Training.Weights;

/// <summary>How a model folder is written.</summary>
/// <param name="Type">Type of the weights. Buffers that only the router reads stay F32 whatever it is, as in the published files.</param>
/// <param name="MaxShardBytes">Largest weight file; what does not fit into one is written as numbered shards with an index. A tensor is never split.</param>
public sealed record ExportOptions(WeightType Type = WeightType.Float32, long MaxShardBytes = ExportOptions.DefaultShardBytes)
{
    /// <summary>What transformers long wrote by default.</summary>
    public const long DefaultShardBytes = 5_000_000_000;
}
