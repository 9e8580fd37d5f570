using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Training.Losses;

/// <summary>
/// How per-token losses become one number: the weight of a token of each row, so that the loss is Σ weight · loss.
/// The weights are counted over the whole minibatch before any split, so a micro-batch adds its tokens' share and
/// every split gives the same gradient. Rows without a token add nothing and still count as rows.
/// </summary>
public static class TokenWeights
{
    /// <summary>The weight of every token of each row. [rows]</summary>
    /// <param name="aggregation">Sequence mean 1/(n_i R), token mean 1/Σn, constant 1/(R · longest output).</param>
    /// <param name="rowTokens">n_i: output tokens of each row of the minibatch. [rows]</param>
    /// <param name="maxNewTokens">The longest output that was allowed.</param>
    public static float[] OfRows(LossAggregation aggregation, IReadOnlyList<int> rowTokens, int maxNewTokens)
    {
        double numRows = Math.Max(1, rowTokens.Count), numTokens = Math.Max(1, rowTokens.Sum(n => (long)n));
        float[] weights = new float[rowTokens.Count];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)(aggregation switch
            {
                LossAggregation.SequenceMean => 1 / (numRows * Math.Max(1, rowTokens[i])),
                LossAggregation.TokenMean => 1 / numTokens,
                LossAggregation.Constant => 1 / (numRows * maxNewTokens),
                _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "no such aggregation"),
            });
        }
        return weights;
    }
}
