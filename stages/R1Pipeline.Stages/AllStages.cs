using R1Pipeline.StageHost;
using R1Pipeline.Stages.AllScenarioRl;
using R1Pipeline.Stages.ColdStart;
using R1Pipeline.Stages.Distillation;
using R1Pipeline.Stages.Evaluation;
using R1Pipeline.Stages.ImportModel;
using R1Pipeline.Stages.Pretraining;
using R1Pipeline.Stages.ReasoningRl;
using R1Pipeline.Stages.RejectionSampling;
using R1Pipeline.Stages.RewardModeling;
using R1Pipeline.Stages.SupervisedFineTuning;
using R1Pipeline.Stages.TrainTokenizer;

namespace R1Pipeline.Stages;

/// <summary>Every stage that the worker hosts, one for each kind of the catalog, in its order.</summary>
public static class AllStages
{
    /// <summary>The stages.</summary>
    public static IReadOnlyList<IStage> Create() =>
    [
        new ImportModelStage(),
        new TrainTokenizerStage(),
        new PretrainingStage(),
        new ColdStartStage(),
        new ReasoningRlStage(),
        new RejectionSamplingStage(),
        new SupervisedFineTuningStage(),
        new RewardModelingStage(),
        new AllScenarioRlStage(),
        new DistillationStage(),
        new EvaluationStage(),
    ];
}
