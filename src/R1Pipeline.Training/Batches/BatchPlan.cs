using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Batches;

/// <summary>
/// Which rows stand in which batch of which epoch: shuffled, sorted by length inside blocks of 16 batches (little padding), then the batches shuffled.
/// Fixed by (seed, stage, epoch) alone. No row is dropped: the last batch of an epoch may be smaller. Refuses an empty set: there are never zero steps.
/// </summary>
public sealed class BatchPlan
{
    private const int BatchesInBlock = 16;

    private readonly int[] _lengths;
    private readonly int _batchSize;
    private readonly long _seed;
    private readonly string _stage;

    private long _epoch = -1;
    private int[][] _batches = [];

    /// <summary>A plan over rows of the given lengths.</summary>
    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="batchSize">Rows in a batch.</param>
    /// <param name="epochs">Passes over the rows.</param>
    /// <param name="seed">Seed of the stage.</param>
    /// <param name="stage">Name of the stage.</param>
    /// <exception cref="StageFailedException">UserData: there are no rows.</exception>
    public BatchPlan(IReadOnlyList<int> lengths, int batchSize, int epochs, long seed, string stage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        if (lengths.Count == 0) throw new StageFailedException(StageFailureClass.UserData, $"stage {stage} has no rows to train on: every row was refused, or its sources are empty");
        (_lengths, _batchSize, _seed, _stage) = ([.. lengths], batchSize, seed, stage);
        StepsPerEpoch = (lengths.Count + batchSize - 1) / batchSize;
        Steps = (long)StepsPerEpoch * epochs;
    }

    /// <summary>Batches of one epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Batches of all epochs.</summary>
    public long Steps { get; }

    /// <summary>The rows of one batch.</summary>
    /// <param name="step">From 0, over all epochs.</param>
    public IReadOnlyList<int> Batch(long step)
    {
        long epoch = step / StepsPerEpoch;
        if (epoch != _epoch) (_epoch, _batches) = (epoch, Epoch(epoch));
        return _batches[step % StepsPerEpoch];
    }

    private int[][] Epoch(long epoch)
    {
        var random = new RandomStream(_seed, _stage, epoch, "batches");
        int[] order = [.. Enumerable.Range(0, _lengths.Length)];
        random.Shuffle<int>(order);
        int[][] batches = [.. order.Chunk(BatchesInBlock * _batchSize).SelectMany(block => block.OrderBy(row => _lengths[row]).Chunk(_batchSize))];

        // The one batch that may be smaller stays at the end.
        int full = batches[^1].Length == _batchSize ? batches.Length : batches.Length - 1;
        random.Shuffle(batches.AsSpan(0, full));
        return batches;
    }
}
