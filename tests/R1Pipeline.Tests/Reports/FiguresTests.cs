using R1Pipeline.Orchestration.Reports;

namespace R1Pipeline.Tests.Reports;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0.8754, ".875")]
    [InlineData(1.0, "1.000")]
    [InlineData(0.0, ".000")]
    [InlineData(-0.01, "-.010")]
    [InlineData(12.5, "12.500")]
    [InlineData(null, "–")]
    public void Share_AnyValue_ThreeDecimalsWithoutLeadingZero(double? value, string expected) => Assert.Equal(expected, Figures.Share(value));

    [Theory]
    [InlineData(0, "–")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(3L << 30, "3.0 GiB")]
    public void Bytes_AnySize_BinaryUnits(long value, string expected) => Assert.Equal(expected, Figures.Bytes(value));

    [Theory]
    [InlineData(0.84, "0.8 s")]
    [InlineData(245, "4 min 05 s")]
    [InlineData(7380, "2 h 03 min")]
    public void Duration_AnyLength_TwoUnitsAtMost(double seconds, string expected) => Assert.Equal(expected, Figures.Duration(TimeSpan.FromSeconds(seconds)));
}
