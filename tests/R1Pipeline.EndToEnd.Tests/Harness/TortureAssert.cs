using R1Pipeline.Benchmarks.Torture;

namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>What every torture must show.</summary>
internal static class TortureAssert
{
    /// <summary>Kills enough, listed in the test's output, and no difference to the run that was never killed.</summary>
    public static void AssertEqual(this TortureOutcome outcome, ITestOutputHelper output, int atLeast)
    {
        foreach (var kills in outcome.Kills.CountBy(kill => kill)) output.WriteLine($"{kills.Key.Stage}: {kills.Key.Process} killed {kills.Value} times");
        foreach (string problem in outcome.Problems) output.WriteLine(problem); // xunit shortens what it shows of a collection
        Assert.Empty(outcome.Problems);
        Assert.True(outcome.Kills.Count >= atLeast, $"{outcome.Kills.Count} kills, not {atLeast}");
    }
}
