using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Status;

/// <summary>An alarm of a stage over all of its committed steps.</summary>
/// <param name="Name">Name.</param>
/// <param name="FirstIteration">The iteration that raised it first.</param>
/// <param name="LastIteration">The iteration that raised it last.</param>
/// <param name="NumIterations">Iterations that raised it.</param>
/// <param name="Value">What passed its limit in the last of them.</param>
/// <param name="Meaning">What it means, for people.</param>
public sealed record StageAlarm(string Name, long FirstIteration, long LastIteration, int NumIterations, double Value, string Meaning)
{
    /// <summary>The alarms among the figures of steps, by first iteration and name.</summary>
    public static IReadOnlyList<StageAlarm> Of(IEnumerable<StepMetrics> steps) =>
    [
        .. steps.SelectMany(step => RewardAlarm.Among(step.Values).Select(alarm => (Iteration: step.Iteration ?? step.Step, Alarm: alarm)))
            .GroupBy(raised => raised.Alarm.Name)
            .Select(raised => new StageAlarm(
                raised.Key, raised.Min(one => one.Iteration), raised.Max(one => one.Iteration), raised.Select(one => one.Iteration).Distinct().Count(),
                raised.MaxBy(one => one.Iteration).Alarm.Value, raised.First().Alarm.Explain()))
            .OrderBy(alarm => alarm.FirstIteration).ThenBy(alarm => alarm.Name, StringComparer.Ordinal),
    ];

    /// <summary>Its iterations in words: <c>iteration 7</c>, or <c>12 iterations from 7 to 20</c>.</summary>
    public string Iterations => NumIterations == 1 ? $"iteration {FirstIteration}" : $"{NumIterations} iterations from {FirstIteration} to {LastIteration}";
}
