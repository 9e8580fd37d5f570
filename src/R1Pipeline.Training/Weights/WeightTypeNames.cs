namespace R1Pipeline.Training.Weights;

/// <summary>What others call a <see cref="WeightType"/>.</summary>
internal static class WeightTypeNames
{
    /// <summary>In the header of a safetensors file.</summary>
    public static string SafetensorsName(this WeightType type) => type switch { WeightType.BFloat16 => "BF16", WeightType.Float16 => "F16", _ => "F32" };

    /// <summary>In <c>config.json</c>.</summary>
    public static string TorchName(this WeightType type) => type switch { WeightType.BFloat16 => "bfloat16", WeightType.Float16 => "float16", _ => "float32" };
}
