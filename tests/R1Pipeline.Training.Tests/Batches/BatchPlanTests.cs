using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Batches;

namespace R1Pipeline.Training.Tests.Batches;

/// <summary>The order of rows: complete, reproducible from counters, nearly uniform in length inside a batch.</summary>
public sealed class BatchPlanTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 1003).Select(row => 10 + row * 37 % 90)];

    [Fact]
    public void Batch_WholeEpoch_HoldsEveryRowOnceAndTheSmallBatchLast()
    {
        var plan = new BatchPlan(Lengths, 8, 2, 7, "sft");
        Assert.Equal(126, plan.StepsPerEpoch);
        Assert.Equal(252, plan.Steps);
        int[][] epoch = [.. Enumerable.Range(126, 126).Select(step => plan.Batch(step).ToArray())];
        Assert.Equal(Enumerable.Range(0, 1003), epoch.SelectMany(batch => batch).Order());
        Assert.All(epoch[..^1], batch => Assert.Equal(8, batch.Length));
        Assert.Equal(3, epoch[^1].Length);
    }

    [Fact]
    public void Batch_AskedInAnyOrder_IsTheSame()
    {
        BatchPlan forward = new(Lengths, 8, 3, 7, "sft"), direct = new(Lengths, 8, 3, 7, "sft");
        IReadOnlyList<int>[] all = [.. Enumerable.Range(0, 378).Select(step => forward.Batch(step))];
        foreach (int step in (int[])[377, 3, 200, 126]) Assert.Equal(all[step], direct.Batch(step));
        Assert.NotEqual(all[0], new BatchPlan(Lengths, 8, 3, 8, "sft").Batch(0));
        Assert.NotEqual(all[0], all[126]);
    }

    [Fact]
    public void Batch_Lengths_AreCloseInsideABatchAndMixedBetweenThem()
    {
        var plan = new BatchPlan(Lengths, 8, 1, 7, "sft");
        int[][] batches = [.. Enumerable.Range(0, plan.StepsPerEpoch).Select(step => plan.Batch(step).Select(row => Lengths[row]).ToArray())];
        double padded = batches.Sum(batch => batch.Max() * batch.Length), real = batches.Sum(batch => batch.Sum());
        Assert.InRange(padded / real, 1, 1.1);
        Assert.InRange(batches.Zip(batches.Skip(1)).Average(pair => Math.Abs(pair.First.Max() - pair.Second.Max())), 10, 90);
    }

    [Fact]
    public void Constructor_FewerRowsThanABatch_StillOneStep() => Assert.Equal(1, new BatchPlan([5, 6], 16, 1, 1, "sft").Steps);

    [Fact]
    public void Constructor_NoRows_IsTheUsersData()
    {
        var failure = Assert.Throws<StageFailedException>(() => new BatchPlan([], 16, 1, 1, "sft"));
        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("no rows", failure.Message, StringComparison.Ordinal);
    }
}
