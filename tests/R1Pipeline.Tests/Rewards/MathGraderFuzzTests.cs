using R1Pipeline.Cli.Benchmarks;
using R1Pipeline.Rewards.Mathematics;

namespace R1Pipeline.Tests.Rewards;

/// <summary>The inputs of <c>r1 bench fuzz</c>, fewer of them. The step counter bounds the work on any machine, so no clock is asked here.</summary>
public class MathGraderFuzzTests
{
    [Fact]
    public void Grade_RandomAndMutatedInputs_NeverThrowsAndStaysBounded()
    {
        int inputs = int.TryParse(Environment.GetEnvironmentVariable("R1_FUZZ_INPUTS"), out int given) ? given : 4_000;
        var fuzz = new MathFuzz(seed: 7);
        int right = 0;
        for (int i = 0; i < inputs; i++)
        {
            (string gold, string prediction) = fuzz.Next();
            MathVerdict verdict = MathGrader.Grade(gold, prediction);
            Assert.InRange(verdict.Steps, 0, MathGrader.MaxSteps);
            if (verdict.Correct == true) right++;
        }

        Assert.InRange(right, 1, inputs / 2);
    }
}
