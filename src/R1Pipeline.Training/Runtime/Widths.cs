using static TorchSharp.torch;

namespace R1Pipeline.Training.Runtime;

/// <summary>
/// Changes of type around the few computations that are done in fp32 whatever a model computes in. A tensor that has the type already is returned as it is, so that an
/// fp32 model runs the same operations with and without them.
/// </summary>
internal static class Widths
{
    /// <summary>In fp32.</summary>
    public static Tensor Wide(this Tensor x) => x.In(ScalarType.Float32);

    /// <summary>In this type.</summary>
    public static Tensor In(this Tensor x, ScalarType type) => x.dtype == type ? x : x.to(type);
}
