using R1Pipeline.StageHost;
using R1Pipeline.Stages.Supervised;

namespace R1Pipeline.Stages.Distillation;

/// <summary>SFT of another, smaller base on the teacher's rows; no RL follows (r1-recipe.md 10).</summary>
public sealed class DistillationStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "distillation";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context) => FineTuning.Execute(context);
}
