using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Stages.Gates;

/// <summary>Finds the figure that a gate names among a task's metrics. Refuses a name that is none of them.</summary>
internal static class GateMetric
{
    /// <summary>The value of the gate's metric (written with hyphens) in <paramref name="metrics"/> (named with underscores).</summary>
    public static double Of(GateOptions gate, IReadOnlyDictionary<string, double> metrics)
    {
        if (metrics.TryGetValue(gate.Metric.Replace('-', '_'), out double value)) return value;
        throw new StageFailedException(
            StageFailureClass.UserData,
            $"gate: `metric: {gate.Metric}` is no figure of a task; name one of {string.Join(", ", metrics.Keys.Select(key => key.Replace('_', '-')))}.");
    }
}
