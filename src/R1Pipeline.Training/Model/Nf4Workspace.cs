using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Memory of the size of the largest quantised weight, which one after the other is dequantised into where it is used. One thread owns all tensors, and a product is
/// computed (on a device: queued) before the next weight is asked for.
/// </summary>
internal sealed class Nf4Workspace : IDisposable
{
    private Tensor? _values;
    private long _reserved;

    /// <summary>Where it lies.</summary>
    public Device Device { get; private set; } = CPU;

    /// <summary>Makes room for a weight of so many values.</summary>
    public void Reserve(long count, Device device) => (_reserved, Device) = (Math.Max(_reserved, count), device);

    /// <summary>Room for a weight [out, in]; the caller's scope owns the view, not the memory.</summary>
    public Tensor Of(long rows, long columns)
    {
        if (_values is null || _values.numel() < _reserved)
        {
            _values?.Dispose();
            _values = empty(_reserved, device: Device).DetachFromDisposeScope();
        }

        using Tensor flat = _values.narrow(0, 0, rows * columns);
        return flat.view(rows, columns);
    }

    /// <inheritdoc/>
    public void Dispose() => _values?.Dispose();
}
