using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Model;

/// <summary>
/// What an adapter adds to one projection: scale · B A x, on each range of its rows with an A and a B of the range's own. A query, key and value in one matrix
/// are three ranges; what they read is the same, so their A stand on each other and are one product.
/// </summary>
/// <param name="name">Name of the projection's weight, for the masks of the dropout.</param>
/// <param name="a">[ranges · rank, in].</param>
/// <param name="b">[rows of all ranges, rank].</param>
/// <param name="ranges">The ranges, in the order of <paramref name="a"/> and <paramref name="b"/>.</param>
/// <param name="scale">The factor.</param>
/// <param name="dropout">What A reads passes it; null: it does not.</param>
internal sealed class LowRankUpdate(string name, Tensor a, Tensor b, IReadOnlyList<LoraRange> ranges, float scale, LoraDropout? dropout)
{
    private readonly long _rank = b.size(1);

    /// <summary>Adds the update to y [.., out] of x [.., in], in place, on the tape where one is recorded.</summary>
    public void AddTo(Tensor y, Tensor x)
    {
        Tensor rows = x.reshape(-1, x.size(-1)), target = y.view(-1, y.size(-1));
        Tensor narrow = F.linear(dropout?.Apply(name, rows) ?? rows, a);
        for (int i = 0; i < ranges.Count; i++)
            _ = target.narrow(1, ranges[i].FirstRow, ranges[i].Rows).addmm_(narrow.narrow(1, i * _rank, _rank), PartOfB(i).t(), 1, scale);
    }

    /// <summary>Adds the update to the projection's weight [out, in], in place and without gradients.</summary>
    public void AddToWeight(Tensor weight)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        for (int i = 0; i < ranges.Count; i++)
            _ = weight.narrow(0, ranges[i].FirstRow, ranges[i].Rows).addmm_(PartOfB(i).In(weight.dtype), a.narrow(0, i * _rank, _rank).In(weight.dtype), 1, scale);
    }

    private Tensor PartOfB(int range) => b.narrow(0, ranges.Take(range).Sum(before => before.Rows), ranges[range].Rows);
}
