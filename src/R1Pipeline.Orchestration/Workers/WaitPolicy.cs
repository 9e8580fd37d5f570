namespace R1Pipeline.Orchestration.Workers;

/// <summary>
/// How the threads of one operation wait for one another. By itself libgomp lets them spin for about a millisecond, which is well on a machine of one's own; where other
/// processes want the same cores, the waiting take the time of those that are waited for, and an operation on two threads takes several times as long as on one.
/// </summary>
internal static class WaitPolicy
{
    private const string Policy = "OMP_WAIT_POLICY", SpinCount = "GOMP_SPINCOUNT";

    /// <summary>What libgomp itself takes when it knows that there are more threads than processors.</summary>
    private const string Throttled = "1000";

    /// <summary>The variables by which a user says how to wait.</summary>
    public static IReadOnlyList<string> Variables { get; } = [Policy, SpinCount];

    /// <summary>Lets them sleep soon, where the environment does not say otherwise.</summary>
    public static void SleepSoon(IDictionary<string, string?> environment)
    {
        if (!Variables.Any(environment.ContainsKey)) environment[SpinCount] = Throttled;
    }
}
