using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// A projection's weight [out, in] in NormalFloat4. Its modules in the Hugging Face model (query, key and value; gate and up) are quantised each for itself, as they are
/// where each is a matrix of its own: an adapter finds the same weights there.
/// </summary>
internal sealed class Nf4Weight : IDisposable
{
    private readonly SortedDictionary<long, Nf4Blocks> _parts = [];
    private long _rows;

    /// <summary>Width of what it is multiplied with.</summary>
    public long InputSize { get; private set; }

    /// <summary>What it holds in memory.</summary>
    public long Bytes => _parts.Values.Sum(part => part.Bytes);

    /// <summary>Quantises rows of it.</summary>
    /// <param name="firstRow">The first of them.</param>
    /// <param name="values">[rows, in].</param>
    public void Add(long firstRow, Tensor values)
    {
        _parts.Add(firstRow, Nf4Blocks.Of(values));
        _rows += values.size(0);
        InputSize = values.size(1);
    }

    /// <summary>[out, in], in fp32; the caller's scope owns it.</summary>
    public Tensor Dequantize()
    {
        if (_parts.Count == 1) return _parts.First().Value.Dequantize();
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor? whole = null;
        foreach (var (firstRow, part) in _parts)
        {
            using var inner = NewDisposeScope();
            Tensor rows = part.Dequantize();
            whole ??= empty([_rows, InputSize], device: rows.device).MoveToOuterDisposeScope();
            _ = whole.narrow(0, firstRow, rows.size(0)).copy_(rows);
        }

        return whole!.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Nf4Blocks part in _parts.Values) part.Dispose();
    }
}
