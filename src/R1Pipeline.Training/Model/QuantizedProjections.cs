using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>The projections of a frozen decoder that are held quantised, by the names of their weights.</summary>
public sealed class QuantizedProjections : IDisposable
{
    private readonly Dictionary<string, Nf4Weight> _weights = new(StringComparer.Ordinal);
    private readonly Nf4Workspace _workspace = new();

    /// <summary>What they hold in memory.</summary>
    public long Bytes => _weights.Values.Sum(weight => weight.Bytes);

    /// <summary>The weight of a projection; null: it is not quantised.</summary>
    internal Nf4Weight? Of(string weight) => _weights.GetValueOrDefault(weight);

    /// <summary>Quantises rows of a weight.</summary>
    internal void Add(string weight, long firstRow, Tensor values)
    {
        if (!_weights.TryGetValue(weight, out Nf4Weight? known)) _weights.Add(weight, known = new Nf4Weight(_workspace));
        known.Add(firstRow, values);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Nf4Weight weight in _weights.Values) weight.Dispose();
        _workspace.Dispose();
    }
}
