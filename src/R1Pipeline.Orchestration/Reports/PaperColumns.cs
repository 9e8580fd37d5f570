namespace R1Pipeline.Orchestration.Reports;

/// <summary>
/// Which stage of a pipeline stands in which column of the paper's per-stage table (r1-recipe.md 12, table 3): told from stage kinds and from what
/// each model was trained from, never from stage names.
/// </summary>
public static class PaperColumns
{
    /// <summary>The columns in the paper's order, each with the stages that fill it, in file order.</summary>
    public static IReadOnlyList<(string Label, IReadOnlyList<string> Stages)> Of(IReadOnlyList<StageSection> stages)
    {
        var byName = stages.ToDictionary(stage => stage.Name);
        return
        [
            ("Zero", Named(stage => stage.Uses == "reasoning-rl" && !StemsFromColdStart(stage, byName))),
            ("Dev1", Named(stage => stage.Uses == "cold-start")),
            ("Dev2", Named(stage => stage.Uses == "reasoning-rl" && StemsFromColdStart(stage, byName))),
            ("Dev3", Named(stage => stage.Uses == "supervised-fine-tuning")),
            ("R1", Named(stage => stage.Uses == "all-scenario-rl")),
        ];

        IReadOnlyList<string> Named(Func<StageSection, bool> belongs) => [.. stages.Where(belongs).Select(stage => stage.Name)];
    }

    private static bool StemsFromColdStart(StageSection stage, Dictionary<string, StageSection> byName)
    {
        for (StageSection? parent = Parent(stage, byName); parent is not null; parent = Parent(parent, byName))
        {
            if (parent.Uses == "cold-start") return true;
        }
        return false;
    }

    private static StageSection? Parent(StageSection stage, Dictionary<string, StageSection> byName)
    {
        string? name = stage.Inputs.FirstOrDefault(input => input.Role == "model")?.Stage;
        return name is null ? null : byName.GetValueOrDefault(name);
    }
}
