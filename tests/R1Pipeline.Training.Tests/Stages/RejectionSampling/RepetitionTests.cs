using R1Pipeline.Stages.RejectionSampling;

namespace R1Pipeline.Training.Tests.Stages.RejectionSampling;

public sealed class RepetitionTests
{
    [Theory]
    [InlineData(new[] { 1, 2, 3, 1, 2, 4, 1, 2 }, 2, true)]
    [InlineData(new[] { 1, 2, 3, 1, 2, 4, 1, 3 }, 2, false)]
    [InlineData(new[] { 7, 7, 7, 7 }, 2, true)]
    [InlineData(new[] { 7, 7, 7 }, 2, false)]
    [InlineData(new[] { 7, 7, 7, 7 }, 0, false)]
    [InlineData(new int[0], 3, false)]
    public void Occurs_RunOfTokens_IsFoundAtTheThirdTime(int[] ids, int runTokens, bool expected) => Assert.Equal(expected, Repetition.Occurs(ids, runTokens));
}
