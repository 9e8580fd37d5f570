using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Losses;

/// <summary>
/// Log-probabilities of given tokens from hidden states, in chunks of rows: the logits of at most <see cref="ChunkElements"/> elements exist at a time,
/// in the forward pass and in the backward pass, which computes them again. One node of the graph for the output projection, the softmax and the choice.
/// </summary>
public static class TokenLogprobs
{
    /// <summary>Most logits alive at once: 16 Mi elements, 64 MiB.</summary>
    internal const long ChunkElements = 16L << 20;

    /// <summary>log p(target) for each row, on the tape where one is recorded.</summary>
    /// <param name="hidden">[N, D], after the final norm.</param>
    /// <param name="outputWeight">[V, D].</param>
    /// <param name="targets">[N], int64.</param>
    /// <param name="temperature">Divides the logits.</param>
    /// <returns>[N], fp32.</returns>
    public static Tensor Compute(Tensor hidden, Tensor outputWeight, Tensor targets, double temperature = 1) =>
        Compute(hidden, outputWeight, targets, temperature, ChunkElements);

    internal static Tensor Compute(Tensor hidden, Tensor outputWeight, Tensor targets, double temperature, long chunkElements)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(targets.size(0), hidden.size(0));
        return is_grad_enabled()
            ? TokenLogprobsFunction.apply(hidden, outputWeight, targets, temperature, chunkElements)
            : Forward(hidden, outputWeight, targets, temperature, chunkElements);
    }

    internal static Tensor Forward(Tensor hidden, Tensor outputWeight, Tensor targets, double temperature, long chunkElements)
    {
        Tensor result = empty(hidden.size(0), device: hidden.device);
        foreach ((long start, long length) in Chunks(hidden.size(0), outputWeight.size(0), chunkElements))
        {
            using var scope = NewDisposeScope();
            Tensor logits = Logits(hidden.narrow(0, start, length), outputWeight, temperature);
            Tensor chosen = logits.gather(1, targets.narrow(0, start, length).unsqueeze(1)).squeeze_(1);
            _ = result.narrow(0, start, length).copy_(chosen.sub_(logits.logsumexp(1)));
        }

        return result;
    }

    internal static Tensor Logits(Tensor hidden, Tensor outputWeight, double temperature)
    {
        Tensor logits = F.linear(hidden, outputWeight).Wide();
        return temperature == 1 ? logits : logits.div_(Number.Of(temperature));
    }

    internal static IEnumerable<(long Start, long Length)> Chunks(long rows, long vocabulary, long chunkElements)
    {
        long length = Math.Max(1, chunkElements / vocabulary);
        for (long start = 0; start < rows; start += length) yield return (start, Math.Min(length, rows - start));
    }
}
