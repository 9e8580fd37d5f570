using R1Pipeline.Contracts.Options;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Tests.Orchestration;

public sealed class MicroBatchLimitsTests
{
    [Fact]
    public void Current_RewardModeling_CountsSequencesTwoAPair()
    {
        var options = new RewardModelingOptions { BatchSize = 8 };

        Assert.Equal(16, MicroBatchLimits.Current(options, null));
        Assert.Equal(8, MicroBatchLimits.Current(options, 8));
        Assert.Equal(6, MicroBatchLimits.Current(options with { MicroBatch = 6 }, null));
    }
}
