using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Keys and values of the tokens seen so far, [rows, K, tokens, hd] per layer, allocated once; of latent attention the rotated key and the latent that all
/// heads share, [rows, 1, tokens, width]. Rows are independent: each stands at its own position.
/// Live rows are kept at the front (<see cref="Move"/>), so that a decode step computes nothing for rows that ended.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    internal KeyValueCache(DecoderConfig config, int rows, int maxTokens, Placement placement)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        (Rows, MaxTokens) = (rows, maxTokens);
        Heads = config.LatentAttention is null ? config.NumKvHeads : 1;
        long valueSize = config.LatentAttention?.KeyValueRank ?? config.HeadSize;
        (Keys, Values) = (new Tensor[config.NumLayers], new Tensor[config.NumLayers]);
        for (int layer = 0; layer < config.NumLayers; layer++)
        {
            Keys[layer] = zeros([rows, Heads, maxTokens, config.HeadSize], dtype: placement.ComputeType, device: placement.Device).DetachFromDisposeScope();
            Values[layer] = zeros([rows, Heads, maxTokens, valueSize], dtype: placement.ComputeType, device: placement.Device).DetachFromDisposeScope();
        }
    }

    /// <summary>Sequences side by side.</summary>
    public int Rows { get; }

    /// <summary>Longest sequence of a row, prompt included.</summary>
    public int MaxTokens { get; }

    /// <summary>Keys and values that a token leaves in a layer.</summary>
    internal int Heads { get; }

    internal Tensor[] Keys { get; }

    internal Tensor[] Values { get; }

    /// <summary>Copies the first <paramref name="tokens"/> tokens of row <paramref name="from"/> over row <paramref name="to"/>.</summary>
    public void Move(int from, int to, int tokens)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (Tensor cache in Keys.Concat(Values))
            _ = cache.select(0, to).narrow(1, 0, tokens).copy_(cache.select(0, from).narrow(1, 0, tokens));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor cache in Keys.Concat(Values)) cache.Dispose();
    }
}
