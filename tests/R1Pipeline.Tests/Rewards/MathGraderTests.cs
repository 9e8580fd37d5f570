using System.Runtime.CompilerServices;
using System.Text.Json;
using R1Pipeline.Rewards.Mathematics;

namespace R1Pipeline.Tests.Rewards;

public class MathGraderTests
{
    [Theory]
    [InlineData("2024", "2,024")]
    [InlineData(@"\frac{7}{2}", "3 1/2")]
    [InlineData("0.125", @"\frac18")]
    [InlineData("3000000", "3 million")]
    [InlineData("6.02e23", @"6.02 \times 10^{23}")]
    [InlineData(@"\sqrt{2}+\sqrt{3}", @"\sqrt{5+2\sqrt{6}}")]
    [InlineData(@"\frac{1}{\sqrt{5}-2}", @"\sqrt{5}+2")]
    [InlineData(@"\cos 2x", @"1-2\sin^2 x")]
    [InlineData(@"\sin 30^\circ", @"\frac12")]
    [InlineData(@"\log 1000", "3")]
    [InlineData(@"\ln 8", @"3\ln 2")]
    [InlineData(@"\arctan 1", @"\frac{\pi}{4}")]
    [InlineData(@"e^{2\pi i}", "1")]
    [InlineData("(a-b)(a+b)", "a^2-b^2")]
    [InlineData(@"\frac{x^3-1}{x-1}", "x^2+x+1")]
    [InlineData("5!", "120")]
    [InlineData(@"\binom{n}{2}", @"\frac{n(n-1)}{2}")]
    [InlineData("n!", "n(n-1)!")]
    [InlineData("x=3", "3")]
    [InlineData("3x+2y=6", @"y=3-\frac{3}{2}x")]
    [InlineData("-1 < x \\le 4", "x \\in (-1,4]")]
    [InlineData(@"(0,1)\cup(1,2)", @"(1,2) \cup (0,1)")]
    [InlineData(@"\mathbb{R} \setminus \{0\}", @"(-\infty,0)\cup(0,\infty)")]
    [InlineData(@"\begin{pmatrix}1\\2\end{pmatrix}", @"\begin{bmatrix} 1.0 \\ \frac42 \end{bmatrix}")]
    [InlineData("4:30 \\text{ p.m.}", "16:30")]
    [InlineData("2:3", "4:6")]
    [InlineData("1A_{16}", "26")]
    [InlineData("$18", "18 dollars")]
    [InlineData("50%", "0.5")]
    public void Grade_SameValueWrittenOtherwise_IsCorrect(string gold, string prediction) => Assert.True(MathGrader.Grade(gold, prediction).Correct);

    [Theory]
    [InlineData("5", "5 million")]
    [InlineData("10 km", "10 miles")]
    [InlineData(@"\sqrt{x^2}", "x")]
    [InlineData("(1,2]", "[1,2]")]
    [InlineData("x<3", "x>3")]
    [InlineData("x=3", "y=3")]
    [InlineData("262537412640768744", @"e^{\pi\sqrt{163}}")]
    [InlineData("1,2,3", "1,2")]
    [InlineData("4:30 a.m.", "4:30 p.m.")]
    [InlineData("2x", "2")]
    [InlineData("7", "not 7")]
    [InlineData("7", "7 or 8")]
    [InlineData("7", @"<think>\boxed{7}</think>I cannot say.")]
    [InlineData("7", @"<think>\boxed{7}")]
    public void Grade_OtherValue_IsWrong(string gold, string prediction) => Assert.False(MathGrader.Grade(gold, prediction).Correct);

    /// <summary>Our own cases, one a line: ways to write the same, and near misses.</summary>
    [Fact]
    public void Grade_OwnCases_GivesTheExpectedVerdict()
    {
        JsonElement[] rows = [.. File.ReadLines(Path.Combine(Path.GetDirectoryName(Source())!, "MathCases.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        string[] wrong =
        [
            .. from row in rows
               let verdict = MathGrader.Grade(row.GetProperty("gold").GetString(), row.GetProperty("prediction").GetString())
               where verdict.Correct == true != row.GetProperty("expected").GetBoolean()
               select $"{row}: {verdict}",
        ];

        Assert.True(rows.Length > 350);
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("1500 m", "1.5 km", true)]
    [InlineData("90 km/h", "25 m/s", true)]
    [InlineData(@"90^\circ", @"\frac{\pi}{2} \text{ radians}", true)]
    [InlineData("2 m^2", "20000 square centimeters", true)]
    [InlineData("1 mile", "1609.344 meters", true)]
    [InlineData("1500 m", "15 km", false)]
    [InlineData("1500 m", "1500 km", false)]
    [InlineData("1 m^2", "100 cm^2", false)]
    [InlineData("60 minutes", "60 meters", false)]
    public void Grade_ConvertUnits_ComparesQuantities(string gold, string prediction, bool expected)
    {
        Assert.Equal(expected, MathGrader.Grade(gold, prediction, new MathOptions { ConvertUnits = true }).Correct);
        Assert.False(MathGrader.Grade(gold, prediction).Correct);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(@"\boxed{}")]
    [InlineData(@"\frac{{{")]
    public void Grade_GoldThatCannotBeRead_IsNull(string? gold) => Assert.Null(MathGrader.Grade(gold, "1").Correct);

    [Fact]
    public void Grade_MissingPrediction_IsWrong() => Assert.False(MathGrader.Grade("1", null).Correct);

    private static string Source([CallerFilePath] string path = "") => path;
}
