using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Routed and shared experts of one layer. Tokens are sorted by expert, each expert works on its own in one piece, the results go back to their tokens and
/// are summed there: no atomic additions, so the same input gives the same bits.
/// </summary>
internal sealed class MixtureOfExperts : IFeedForward
{
    private readonly ExpertRouter _router;
    private readonly SwiGlu[] _experts;
    private readonly SwiGlu? _shared;
    private readonly int _index, _numChosen;

    public MixtureOfExperts(ExpertsShape shape, DecoderTensors tensors, int index)
    {
        (_index, _numChosen) = (index, shape.NumChosen);
        _router = new ExpertRouter(shape, tensors[DecoderParameters.Router(index)], tensors[DecoderParameters.RouterBias(index)]);
        _experts = [.. Enumerable.Range(0, shape.NumExperts).Select(expert =>
            new SwiGlu(Of(DecoderParameters.ExpertGateUp(index, expert)), Of(DecoderParameters.ExpertDown(index, expert))))];
        if (shape.NumShared > 0) _shared = new SwiGlu(Of(DecoderParameters.SharedGateUp(index)), Of(DecoderParameters.SharedDown(index)));

        Projection Of(string weight) => tensors.Projection(weight);
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, ExpertTrace? trace = null)
    {
        Tensor tokens = x.reshape(-1, x.size(-1));
        (Tensor scores, Tensor chosen, Tensor weights) = _router.Route(tokens);
        trace?.Layers.Add(new ExpertTrace.RoutedLayer(_index, scores, chosen));
        Tensor flat = chosen.view(-1), order = flat.sort(-1, stable: true).Indices;
        long[] counts = flat.bincount(null, _experts.Length).cpu().data<long>().ToArray();
        Tensor sorted = tokens.index_select(0, order.floor_divide(Number.Of((long)_numChosen)));

        var results = new List<Tensor>();
        long start = 0;
        for (int expert = 0; expert < _experts.Length; start += counts[expert++])
        {
            if (counts[expert] > 0) results.Add(_experts[expert].Forward(sorted.narrow(0, start, counts[expert])));
        }

        Tensor routed = cat(results, 0).index_select(0, order.argsort()).view(-1, _numChosen, x.size(-1)).mul(weights.unsqueeze(-1)).sum(dim: 1).In(x.dtype);
        return (_shared is null ? routed : routed.add(_shared.Forward(tokens), Number.One)).view(x.shape);
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor x) => Forward(x);
}
