using R1Pipeline.StageHost;
using R1Pipeline.Stages.Supervised;

namespace R1Pipeline.Stages.ColdStart;

/// <summary>A few thousand clean long chains of thought before RL, so that its early phase is stable and readable (r1-recipe.md 8).</summary>
public sealed class ColdStartStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "cold-start";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context) => FineTuning.Execute(context);
}
