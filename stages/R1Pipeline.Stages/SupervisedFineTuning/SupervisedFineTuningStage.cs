using R1Pipeline.StageHost;
using R1Pipeline.Stages.Supervised;

namespace R1Pipeline.Stages.SupervisedFineTuning;

/// <summary>The second SFT: the rejection-sampled set and general rows, from the base again and not from the RL model (r1-recipe.md 1 and 9).</summary>
public sealed class SupervisedFineTuningStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "supervised-fine-tuning";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context) => FineTuning.Execute(context);
}
