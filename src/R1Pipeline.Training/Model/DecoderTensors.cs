using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>What a decoder's layers are made of.</summary>
/// <param name="Parameters">Its parameters, but for those that are quantised.</param>
/// <param name="Quantized">Its quantised projections; null: it has none.</param>
/// <param name="Adapter">What is added to its projections; null: nothing.</param>
/// <param name="Origin">Where the parameters were read; null: they are of no folder.</param>
internal sealed record DecoderTensors(FlatParameters Parameters, QuantizedProjections? Quantized, LoraAdapter? Adapter, WeightOrigin? Origin)
{
    /// <summary>A parameter that is not quantised.</summary>
    public Tensor this[string name] => Parameters[name];

    /// <summary>A projection.</summary>
    /// <param name="weight">Name of W, [out, in].</param>
    /// <param name="bias">Name of b, [out]; null: there is none.</param>
    public Projection Projection(string weight, string? bias = null) => new(this, weight, bias);

    /// <summary>A parameter of the model that does the same without an adapter and without quantisation; the caller's scope owns it.</summary>
    public Tensor Merged(string name)
    {
        using IDisposable frozen = no_grad();
        Tensor? value = Quantized?.Of(name)?.Dequantize();
        if (Adapter?.UpdateOf(name) is not { } update) return value ?? WideOf(name);
        value ??= WideOf(name).clone();
        update.AddToWeight(value);
        return value;
    }

    // As it was read, not as it was rounded.
    private Tensor WideOf(string name)
    {
        Tensor held = Parameters.ValueOf(name);
        if (held.dtype == ScalarType.Float32 || Origin is null) return held.Wide();
        Tensor wide = empty(held.shape, dtype: ScalarType.Float32, device: held.device);
        Origin.ReadInto(name, wide);
        return wide;
    }
}
