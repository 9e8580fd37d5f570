using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Tests.Orchestration;

public sealed class RetryPausesTests
{
    [Theory]
    [InlineData("retry-ms=0", 0)]
    [InlineData("zero:2:kill@step=3, retry-ms=25", 25)]
    public void First_NamedAmongOtherFaults_IsFound(string faults, int milliseconds) => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RetryPauses.First(faults));

    [Theory]
    [InlineData(null), InlineData(""), InlineData("slow-ms=5")]
    public void First_NotNamed_IsTheDefault(string? faults) => Assert.Null(RetryPauses.First(faults));
}
