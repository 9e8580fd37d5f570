using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Batches;

/// <summary>
/// Rows of token ids, right-padded to the longest. Rows of one part need no mask (under causal attention a token never sees the padding after it);
/// packed rows carry a mask and positions that make their parts blind to each other. The tensors belong to the scope in which the batch was made.
/// </summary>
public sealed class TrainingBatch
{
    private readonly Placement _placement;
    private readonly long[] _sequences;

    private TrainingBatch(Placement placement, Tensor ids, Tensor? positions, Tensor? mask, Tensor lossRows, Tensor targets, Tensor lastTokens, int tokens, long[] sequences)
    {
        (_placement, _sequences) = (placement, sequences);
        (Ids, Positions, Mask, LossRows, Targets, LastTokens, NumTokens) = (ids, positions, mask, lossRows, targets, lastTokens, tokens);
    }

    /// <summary>[B, T], padded with 0.</summary>
    public Tensor Ids { get; }

    /// <summary>[B, T], counted from 0 in each part; null: 0, 1, 2, …</summary>
    public Tensor? Positions { get; }

    /// <summary>[B, 1, T, T], true = seen; null: causal.</summary>
    public Tensor? Mask { get; }

    /// <summary>[N]: places in the flattened [B · T] whose hidden state predicts a token that the loss counts.</summary>
    public Tensor LossRows { get; }

    /// <summary>[N]: those tokens.</summary>
    public Tensor Targets { get; }

    /// <summary>[B]: places in the flattened [B · T] of each row's last token.</summary>
    public Tensor LastTokens { get; }

    /// <summary>Tokens without padding.</summary>
    public int NumTokens { get; }

    /// <summary>Which sequence each token of the flattened [B · T] belongs to, counted over all rows and their parts; -1: padding.</summary>
    public Tensor SequenceOfToken() => _placement.Of(_sequences);

    /// <summary>Puts rows of one part each side by side.</summary>
    public static TrainingBatch Of(IReadOnlyList<TrainingSequence> rows, int vocabularySize, Placement? placement = null) =>
        Of([.. rows.Select(row => new PackedSequence([row]))], vocabularySize, placement);

    /// <summary>Puts rows side by side.</summary>
    /// <param name="rows">At least one; every part has at least one token.</param>
    /// <param name="vocabularySize">Ids must lie below it.</param>
    /// <param name="placement">Where the model lies that reads them; null: the host.</param>
    /// <exception cref="StageFailedException">UserData: an id outside the vocabulary.</exception>
    public static TrainingBatch Of(IReadOnlyList<PackedSequence> rows, int vocabularySize, Placement? placement = null)
    {
        placement ??= Placement.Host;
        int width = rows.Max(row => row.NumTokens);
        long[] ids = new long[rows.Count * width], positions = new long[ids.Length], segments = new long[ids.Length], sequences = new long[ids.Length], last = new long[rows.Count];
        Array.Fill(segments, -1L);
        Array.Fill(sequences, -1L);
        int numSequences = 0;
        var (lossRows, targets) = (new List<long>(ids.Length), new List<long>(ids.Length));
        for (int row = 0; row < rows.Count; row++)
        {
            int at = row * width;
            for (int part = 0; part < rows[row].Parts.Count; part++)
            {
                TrainingSequence sequence = rows[row].Parts[part];
                for (int t = 0; t < sequence.Ids.Length; t++, at++)
                {
                    ids[at] = Checked(sequence, t, vocabularySize);
                    (positions[at], segments[at], sequences[at]) = (t, part, numSequences);
                    if (t == 0 || t < sequence.LossFrom) continue;
                    lossRows.Add(at - 1);
                    targets.Add(ids[at]);
                }

                numSequences++;
            }

            last[row] = at - 1;
        }

        long[] shape = [rows.Count, width];
        bool packed = rows.Any(row => row.Parts.Count > 1);
        return new TrainingBatch(placement, placement.Of(ids, shape), packed ? placement.Of(positions, shape) : null, packed ? SameSegment(placement.Of(segments, shape)) : null,
            placement.Of(lossRows.ToArray()), placement.Of(targets.ToArray()), placement.Of(last), rows.Sum(row => row.NumTokens), sequences);
    }

    /// <summary>Token t sees token s when both are in the same segment and s ≤ t. Padding is a segment of its own, so that no line of the mask is empty.</summary>
    /// <param name="segments">[B, T].</param>
    /// <returns>[B, 1, T, T].</returns>
    internal static Tensor SameSegment(Tensor segments)
    {
        long width = segments.size(1);
        using var scope = NewDisposeScope();
        Tensor causal = ones([width, width], dtype: ScalarType.Bool, device: segments.device).tril();
        return segments.unsqueeze(2).eq(segments.unsqueeze(1)).bitwise_and_(causal).unsqueeze(1).MoveToOuterDisposeScope();
    }

    private static int Checked(TrainingSequence sequence, int index, int vocabularySize)
    {
        int id = sequence.Ids[index];
        return (uint)id < (uint)vocabularySize
            ? id
            : throw new StageFailedException(StageFailureClass.UserData,
                $"row {sequence.Row}: token id {id} is outside the model's vocabulary of {vocabularySize}: the tokenizer is not the model's");
    }
}
