using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Rollouts;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// Loss and gradient of one minibatch, micro-batch by micro-batch. The weights of the tokens are counted over the whole minibatch first, so any split
/// gives the same gradient up to rounding. Leaves the gradient in the policy's gradient buffer; updates nothing.
/// </summary>
internal sealed class GrpoUpdate(Decoder policy, GrpoOptions options, int? microBatch)
{
    private readonly GrpoLoss _loss = new(options);
    private readonly ExpertBalance? _balance = ExpertBalance.Of(policy.Config, policy.Parameters, options);

    /// <summary>Adds the minibatch's gradient to the policy's.</summary>
    /// <param name="minibatch">Its rows.</param>
    /// <param name="progress">Told the number of tokens after every micro-batch.</param>
    /// <returns>The figures, and the mean distance of the policy's log-probs to the sampler's (nats a token).</returns>
    public (GrpoFigures Figures, double MeanDistance) Accumulate(IReadOnlyList<TrainingSample> minibatch, Action<long> progress)
    {
        float[] weights = TokenWeights.OfRows(options.Aggregation, [.. minibatch.Select(row => row.OutputIds.Length)], options.MaxNewTokens);
        (GrpoFigures figures, double distance) = (GrpoFigures.None, 0);
        policy.ActivationCheckpointing = options.ActivationCheckpointing;
        foreach (int[] part in MicroBatches.ByLength(minibatch, microBatch ?? Math.Max(1, minibatch.Count)))
        {
            using var scope = NewDisposeScope();
            TrainingSample[] rows = [.. part.Select(row => minibatch[row])];
            ExpertTrace? trace = _balance is null ? null : new ExpertTrace();
            GrpoTokens tokens = Tokens(rows, [.. part.Select(row => weights[row])], trace);
            (Tensor loss, GrpoFigures some) = _loss.Compute(tokens);
            policy.Backward(_balance?.Add(loss, trace!, OutputLogprobs.SequenceOfToken(policy.Placement, rows), minibatch.Count) ?? loss);
            using IDisposable frozen = no_grad();
            distance += Number.From((tokens.PolicyLogprobs_N - tokens.OldLogprobs_N).abs().sum());
            figures = figures.Plus(some);
            progress(some.NumTokens);
        }
        return (figures, distance / Math.Max(1, figures.NumTokens));
    }

    /// <summary>After the update: evens the experts out (<see cref="ExpertBalance.Update"/>); null where the options ask for no balance.</summary>
    public double? BalanceExperts() => _balance?.Update();

    private GrpoTokens Tokens(IReadOnlyList<TrainingSample> rows, float[] rowWeights, ExpertTrace? trace)
    {
        int numTokens = rows.Sum(row => row.OutputIds.Length), n = 0;
        (float[] old, float[] advantages, float[] weights) = (new float[numTokens], new float[numTokens], new float[numTokens]);
        float[]? reference = rows[0].ReferenceLogprobs is null ? null : new float[numTokens];
        for (int b = 0; b < rows.Count; b++)
        {
            int length = rows[b].OutputIds.Length;
            rows[b].OldLogprobs.CopyTo(old, n);
            if (reference is not null) rows[b].ReferenceLogprobs!.CopyTo(reference, n);
            advantages.AsSpan(n, length).Fill(rows[b].Advantage);
            weights.AsSpan(n, length).Fill(rowWeights[b]);
            n += length;
        }
        return new GrpoTokens(OutputLogprobs.Of(policy, rows, trace), Placed(old), reference is null ? null : Placed(reference), Placed(advantages), Placed(weights));

        Tensor Placed(float[] values) => policy.Placement.Of(values);
    }
}
