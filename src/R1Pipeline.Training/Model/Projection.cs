using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Model;

/// <summary>y = W x + b, and what an adapter adds to it. Without an adapter it is that one operation.</summary>
internal sealed class Projection
{
    private readonly Tensor? _weight, _bias;
    private readonly Nf4Weight? _quantized;
    private readonly LowRankUpdate? _update;

    /// <param name="tensors">What the model is made of.</param>
    /// <param name="weight">Name of W, [out, in].</param>
    /// <param name="bias">Name of b, [out]; null: there is none.</param>
    public Projection(DecoderTensors tensors, string weight, string? bias)
    {
        _quantized = tensors.Quantized?.Of(weight);
        _weight = _quantized is null ? tensors[weight] : null;
        _bias = bias is null ? null : tensors[bias];
        _update = tensors.Adapter?.UpdateOf(weight);
    }

    /// <summary>Width of x.</summary>
    public long InputSize => _quantized?.InputSize ?? _weight!.size(1);

    /// <summary>x [.., in] -> [.., out], on the tape where one is recorded.</summary>
    public Tensor Apply(Tensor x)
    {
        Tensor y = _quantized is null ? F.linear(x, _weight!, _bias) : Nf4LinearFunction.Apply(x, _quantized, _bias);
        _update?.AddTo(y, x);
        return y;
    }

    /// <summary>The one matrix that does the same, without gradients: W itself where nothing changes it.</summary>
    public Tensor Merged()
    {
        if (_update is null) return _weight ?? _quantized!.Dequantize();
        Tensor merged = _quantized?.Dequantize() ?? _weight!.clone();
        _update.AddToWeight(merged);
        return merged;
    }
}
