using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Model;

/// <summary>
/// Which experts work on a token, and with what weight (arXiv 2412.19437, eq. 13 to 16): sigmoid scores; the best groups by the sum of their two best biased
/// scores; in them the best experts by biased score; weights from the scores without bias, all in fp32. The choice is not differentiated.
/// </summary>
/// <param name="shape">Sizes.</param>
/// <param name="weight">[E, D].</param>
/// <param name="bias">[E], moved by the load balance and by no gradient.</param>
internal sealed class ExpertRouter(ExpertsShape shape, Tensor weight, Tensor bias)
{
    /// <summary>tokens [N, D] -> scores [N, E] without bias, expert numbers and weights [N, chosen].</summary>
    public (Tensor Scores, Tensor Chosen, Tensor Weights) Route(Tensor tokens)
    {
        Tensor scores = F.linear(tokens.Wide(), weight.Wide()).sigmoid();
        Tensor chosen = Choose(scores.detach().add(bias, Number.One));
        Tensor weights = scores.gather(1, chosen);
        if (shape.Normalized) weights = weights.div(weights.sum(-1, true).add(Number.Of(1e-20), Number.One));
        return (scores, chosen, shape.Scale == 1 ? weights : weights.mul(Number.Of(shape.Scale)));
    }

    private Tensor Choose(Tensor biased)
    {
        if (shape.NumChosenGroups < shape.NumGroups)
        {
            Tensor grouped = biased.view(-1, shape.NumGroups, shape.NumExperts / shape.NumGroups);
            Tensor best = grouped.topk(2, -1).values.sum(-1).topk(shape.NumChosenGroups, -1).indexes;
            Tensor kept = zeros([biased.size(0), shape.NumGroups], dtype: ScalarType.Bool, device: biased.device).scatter_(1, best, ones_like(best, dtype: ScalarType.Bool));

            // Zero, not -inf, as transformers has it: an expert outside the best groups can still be chosen over one with a negative biased score.
            biased = grouped.masked_fill(kept.logical_not().unsqueeze(-1), Number.Of(0L)).view(-1, shape.NumExperts);
        }

        return biased.topk(shape.NumChosen, -1).indexes;
    }
}
