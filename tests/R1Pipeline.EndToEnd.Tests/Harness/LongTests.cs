namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>Tests of more than a minute that repeat, more thoroughly, what shorter ones show as well: <c>.ci/run</c> asks for them, a plain <c>dotnet test</c> does not wait for them.</summary>
internal static class LongTests
{
    private const string Variable = "R1_LONG_TESTS";

    public static void SkipUnlessAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) != "1") Assert.Skip($"takes more than a minute: {Variable}=1 runs it, as .ci/run does");
    }
}
