using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// Keeps the experts of every layer equally busy (DeepSeek-V3, arXiv 2412.19437, section 2.1.2), by one or both of
/// <list type="number">
/// <item>the routing bias, which no gradient moves: after every update an expert's bias falls by <c>expert-bias-step</c> when it worked on more than the mean
/// number of the step's tokens, and rises by it when on fewer;</item>
/// <item>the sequence-wise loss, eq. 17 to 20: <c>expert-balance-weight</c> · Σ f_i P_i, where f_i counts how often an expert is among the best by unbiased score
/// and P_i is its mean share of the scores; the mean over the sequences of the whole batch, summed over the layers.</item>
/// </list>
/// Padding counts in neither.
/// </summary>
internal sealed class ExpertBalance
{
    private readonly FlatParameters _parameters;
    private readonly ExpertsShape _shape;
    private readonly double _biasStep, _lossWeight;
    private readonly SortedDictionary<int, long[]> _loads = [];

    private ExpertBalance(FlatParameters parameters, ExpertsShape shape, double biasStep, double lossWeight) =>
        (_parameters, _shape, _biasStep, _lossWeight) = (parameters, shape, biasStep, lossWeight);

    /// <summary>The balance that the options ask for; null: none.</summary>
    /// <exception cref="StageFailedException">UserData: they ask for one and the model has no experts.</exception>
    public static ExpertBalance? Of(DecoderConfig config, FlatParameters parameters, OptimizerOptions options)
    {
        if (options.ExpertBiasStep == 0 && options.ExpertBalanceWeight == 0) return null;
        return config.Experts is { } experts
            ? new ExpertBalance(parameters, experts, options.ExpertBiasStep, options.ExpertBalanceWeight)
            : throw new StageFailedException(StageFailureClass.UserData, "expert-bias-step or expert-balance-weight is set, and the model has no experts: take them away");
    }

    /// <summary>Counts what the experts of a micro-batch did, and adds the balance loss to its loss.</summary>
    /// <param name="loss">Loss of the micro-batch, a scalar.</param>
    /// <param name="trace">Its pass.</param>
    /// <param name="sequenceOfToken">[B · T]: numbers from 0, -1 for padding.</param>
    /// <param name="numSequences">Sequences of the whole batch.</param>
    public Tensor Add(Tensor loss, ExpertTrace trace, Tensor sequenceOfToken, long numSequences)
    {
        Tensor real = sequenceOfToken.ge(Number.Of(0L)).nonzero().view(-1), sequences = sequenceOfToken.index_select(0, real);
        foreach (ExpertTrace.RoutedLayer layer in trace.Layers)
        {
            Count(layer, real);
            if (_lossWeight != 0) loss = loss.add(SequenceLoss(layer.Scores.index_select(0, real), sequences), Number.Of(_lossWeight / numSequences));
        }

        return loss;
    }

    /// <summary>Moves the biases by what was counted since the last call.</summary>
    /// <returns>How much the busiest expert of any layer exceeds its share: 0 is even, 1 is twice its share.</returns>
    public double Update()
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        double excess = 0;
        foreach (var (layer, loads) in _loads)
        {
            double mean = loads.Average();
            excess = Math.Max(excess, loads.Max() / mean - 1);
            float[] moves = [.. loads.Select(load => (float)(_biasStep * Math.Sign(mean - load)))];
            if (_biasStep != 0) _ = _parameters.ValueOf(DecoderParameters.RouterBias(layer)).add_(_parameters.Placement.Of(moves), Number.One);
        }

        _loads.Clear();
        return excess;
    }

    private void Count(ExpertTrace.RoutedLayer layer, Tensor real)
    {
        long[] counts = layer.Chosen.index_select(0, real).view(-1).bincount(null, _shape.NumExperts).cpu().data<long>().ToArray();
        if (!_loads.TryGetValue(layer.Layer, out long[]? loads)) _loads.Add(layer.Layer, loads = new long[_shape.NumExperts]);
        for (int expert = 0; expert < loads.Length; expert++) loads[expert] += counts[expert];
    }

    // scores [M, E], sequences [M] -> the sum of f · P over sequences and experts.
    private Tensor SequenceLoss(Tensor scores, Tensor sequences)
    {
        Tensor lengths = sequences.bincount(null, 0).to(ScalarType.Float32).unsqueeze(1);
        Tensor best = scores.detach().topk(_shape.NumChosen, -1).indexes;
        Tensor isBest = zeros_like(scores.detach()).scatter_(1, best, ones_like(best, dtype: ScalarType.Float32));
        Tensor frequency = Mean(isBest).mul(Number.Of((double)_shape.NumExperts / _shape.NumChosen));
        return Mean(scores.div(scores.sum(-1, true))).mul(frequency).sum();

        Tensor Mean(Tensor x) => zeros([lengths.size(0), x.size(1)], device: x.device).index_add(0, sequences, x, Number.One).div(lengths);
    }
}
