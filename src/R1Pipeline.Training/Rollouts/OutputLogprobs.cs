using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Rollouts;

/// <summary>
/// Log-probs of outputs under a decoder, at temperature 1. Sequences are prompt + output, right-padded: causal attention needs no mask for that, and
/// only the output positions go through the vocabulary projection. N = output tokens of all rows, row after row without padding.
/// </summary>
internal static class OutputLogprobs
{
    /// <summary>The log-probs of the rows' output tokens, on the tape where one is recorded, in the caller's dispose scope. [N]</summary>
    /// <param name="model">The decoder.</param>
    /// <param name="rows">At least one.</param>
    /// <param name="trace">Receives what the routers decide; null: nobody asks.</param>
    public static Tensor Of(Decoder model, IReadOnlyList<TrainingSample> rows, ExpertTrace? trace = null)
    {
        int width = rows.Max(row => row.NumInputTokens), numTokens = rows.Sum(row => row.OutputIds.Length), n = 0;
        long[] ids = new long[rows.Count * width], places = new long[numTokens], targets = new long[numTokens];
        for (int b = 0; b < rows.Count; b++)
        {
            (int[] prompt, int[] output, int start) = (rows[b].PromptIds, rows[b].OutputIds, b * width);
            for (int t = 0; t < prompt.Length; t++) ids[start + t] = prompt[t];
            for (int t = 0; t < output.Length - 1; t++) ids[start + prompt.Length + t] = output[t];
            for (int t = 0; t < output.Length; t++)
            {
                places[n] = start + prompt.Length + t - 1;
                targets[n++] = output[t];
            }
        }
        Tensor hidden_BTD = model.Hidden(model.Placement.Of(ids, rows.Count, width), trace: trace);
        Tensor hidden_ND = hidden_BTD.view(-1, model.Config.HiddenSize).index_select(0, model.Placement.Of(places));
        return TokenLogprobs.Compute(hidden_ND, model.OutputWeight, model.Placement.Of(targets));
    }

    /// <summary>Which row each token of the flattened input [B · T] of <see cref="Of"/> belongs to; -1: padding.</summary>
    public static Tensor SequenceOfToken(Placement placement, IReadOnlyList<TrainingSample> rows)
    {
        int width = rows.Max(row => row.NumInputTokens);
        long[] sequences = new long[rows.Count * width];
        Array.Fill(sequences, -1L);
        for (int b = 0; b < rows.Count; b++) sequences.AsSpan(b * width, rows[b].NumInputTokens).Fill(b);
        return placement.Of(sequences);
    }

    /// <summary>The log-probs of every row, without gradients, <paramref name="microBatch"/> rows of like length at a time.</summary>
    public static float[][] Frozen(Decoder model, IReadOnlyList<TrainingSample> rows, int microBatch, Action<long> progress)
    {
        float[][] logprobs = new float[rows.Count][];
        using IDisposable frozen = no_grad();
        foreach (int[] part in MicroBatches.ByLength(rows, microBatch))
        {
            using var scope = NewDisposeScope();
            float[] flat = Of(model, [.. part.Select(row => rows[row])]).cpu().data<float>().ToArray();
            int start = 0;
            foreach (int row in part)
            {
                logprobs[row] = flat[start..(start + rows[row].OutputIds.Length)];
                start += rows[row].OutputIds.Length;
            }
            progress(flat.Length);
        }
        return logprobs;
    }
}
