using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Batches;

/// <summary>
/// Rows of token ids, right-padded to the longest. Under causal attention a token never sees the padding after it; packed rows
/// say where their parts begin and end, so that these are blind to each other. The tensors belong to the scope in which the batch was made.
/// </summary>
public sealed class TrainingBatch
{
    private readonly Placement _placement;
    private readonly long[] _sequences;

    private TrainingBatch(Placement placement, Tensor ids, RowSegments? segments, Tensor lossRows, Tensor targets, Tensor lastTokens, int tokens, long[] sequences)
    {
        (_placement, _sequences) = (placement, sequences);
        (Ids, Segments, LossRows, Targets, LastTokens, NumTokens) = (ids, segments, lossRows, targets, lastTokens, tokens);
    }

    /// <summary>[B, T], padded with 0.</summary>
    public Tensor Ids { get; }

    /// <summary>The parts of packed rows; null: each row is one.</summary>
    public RowSegments? Segments { get; }

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
        long[] ids = new long[rows.Count * width], sequences = new long[ids.Length], last = new long[rows.Count];
        Array.Fill(sequences, -1L);
        int numSequences = 0;
        var (lossRows, targets) = (new List<long>(ids.Length), new List<long>(ids.Length));
        for (int row = 0; row < rows.Count; row++)
        {
            int at = row * width;
            foreach (TrainingSequence sequence in rows[row].Parts)
            {
                for (int t = 0; t < sequence.Ids.Length; t++, at++)
                {
                    ids[at] = Checked(sequence, t, vocabularySize);
                    sequences[at] = numSequences;
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
        RowSegments? segments = packed ? RowSegments.Of(rows.Select(row => row.Parts.Select(part => part.Ids.Length).ToArray()), width) : null;
        return new TrainingBatch(placement, placement.Of(ids, shape), segments,
            placement.Of(lossRows.ToArray()), placement.Of(targets.ToArray()), placement.Of(last), rows.Sum(row => row.NumTokens), sequences);
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
