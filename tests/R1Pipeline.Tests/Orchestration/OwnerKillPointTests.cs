using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Tests.Orchestration;

public sealed class OwnerKillPointTests
{
    [Theory]
    [InlineData("owner-kill@write=3", 3L, false)]
    [InlineData("kill@step=2, owner-kill@written=12", 12L, true)]
    public void Of_NamedAmongOtherFaults_IsFound(string faults, long write, bool after) =>
        Assert.Equal(new OwnerKillPoint(write, after), OwnerKillPoint.Of(faults));

    [Theory]
    [InlineData(null), InlineData(""), InlineData("kill@step=2,slow-ms=5")]
    public void Of_NotNamed_IsNone(string? faults) => Assert.Null(OwnerKillPoint.Of(faults));
}
