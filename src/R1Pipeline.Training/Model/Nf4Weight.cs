using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// A projection's weight [out, in] in NormalFloat4. Its modules in the Hugging Face model (query, key and value; gate and up) are quantised each for itself, as they are
/// where each is a matrix of its own: an adapter finds the same weights there.
/// </summary>
/// <param name="workspace">What <see cref="Borrow"/> writes into.</param>
internal sealed class Nf4Weight(Nf4Workspace workspace) : IDisposable
{
    private readonly SortedDictionary<long, Nf4Blocks> _parts = [];

    private long Rows => _parts.Values.Sum(part => part.Shape[0]);

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
        InputSize = values.size(1);
        workspace.Reserve(Rows * InputSize, values.device);
    }

    /// <summary>[out, in], in fp32, in new memory; the caller's scope owns it.</summary>
    public Tensor Dequantize()
    {
        Tensor whole = empty([Rows, InputSize], device: workspace.Device);
        Fill(whole);
        return whole;
    }

    /// <summary>[out, in], in fp32, in the memory that all weights share: good until the next one borrows it, and not to be kept by a tape.</summary>
    public Tensor Borrow()
    {
        Tensor whole = workspace.Of(Rows, InputSize);
        Fill(whole);
        return whole;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Nf4Blocks part in _parts.Values) part.Dispose();
    }

    private void Fill(Tensor whole)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (firstRow, part) in _parts) part.DequantizeInto(whole.narrow(0, firstRow, part.Shape[0]));
    }
}
