using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Stages.Gates;

namespace R1Pipeline.Stages.Evaluation;

/// <summary>A gate on an evaluation: one model's figure on one task, or how far it is from another model's. Refuses names that were not measured.</summary>
internal static class EvaluationGate
{
    /// <summary>Compares the gate's figure with its limits.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="figures">Stage → task → figure, as in the stage's metrics.</param>
    public static GateOutcome Check(GateOptions gate, IReadOnlyDictionary<string, Dictionary<string, IReadOnlyDictionary<string, double>>> figures)
    {
        double value = Value(gate, gate.Model, figures);
        string figure = $"{gate.Metric} of {gate.Model} on {gate.Task}";
        return gate.RelativeTo is null
            ? new GateOutcome(figure, value, gate.AtLeast, gate.AtMost)
            : new GateOutcome($"{figure} minus that of {gate.RelativeTo}", value - Value(gate, gate.RelativeTo, figures), gate.AtLeast, gate.AtMost);
    }

    private static double Value(
        GateOptions gate, string? model, IReadOnlyDictionary<string, Dictionary<string, IReadOnlyDictionary<string, double>>> figures)
    {
        if (model is null || !figures.TryGetValue(model, out var tasks))
        {
            throw Unknown($"model {model ?? "(none)"} is not measured here; name one of {string.Join(", ", figures.Keys)}");
        }

        if (gate.Task is null || !tasks.TryGetValue(gate.Task, out var metrics))
        {
            throw Unknown($"task {gate.Task ?? "(none)"} is not measured here; name one of {string.Join(", ", tasks.Keys)}");
        }

        return GateMetric.Of(gate, metrics);
    }

    private static StageFailedException Unknown(string problem) => new(StageFailureClass.UserData, $"gate: {problem}.");
}
