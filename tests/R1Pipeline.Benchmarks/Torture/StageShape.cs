using System.Text.Json;

namespace R1Pipeline.Benchmarks.Torture;

/// <summary>What kill points can be named by in a stage, as an undisturbed run of it showed.</summary>
/// <param name="Name">Stage name.</param>
/// <param name="Steps">Steps planned.</param>
/// <param name="Minibatches">Steps that train on the rollouts of one iteration; 0: the stage has no rollouts.</param>
/// <param name="WorkPhase">The phase in which a step outside RL counts its progress.</param>
internal sealed record StageShape(string Name, long Steps, int Minibatches, string WorkPhase)
{
    public bool IsRl => Minibatches > 0;

    /// <summary>The shapes of a run's stages that it computed itself.</summary>
    public static IReadOnlyList<StageShape> Of(RunFacts facts) =>
        [.. facts.Stages.Where(stage => !stage.GetProperty("cached").GetBoolean()).Select(stage => Of(stage, facts.StepsOf(stage.GetProperty("name").GetString()!)))];

    /// <summary>Whether a step is the first on its rollouts.</summary>
    public bool Explores(long step) => IsRl && (step - 1) % Minibatches == 0;

    private static StageShape Of(JsonElement stage, IReadOnlyList<JsonElement> steps) => new(
        stage.GetProperty("name").GetString()!,
        stage.GetProperty("steps_planned").GetInt64(),
        steps.Count(step => step.GetProperty("iteration").ValueKind == JsonValueKind.Number && step.GetProperty("iteration").GetInt64() == 1),
        stage.GetProperty("uses").GetString() is "evaluation" or "rejection-sampling" ? "sampling" : "update");
}
