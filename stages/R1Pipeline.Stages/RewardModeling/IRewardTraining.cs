using R1Pipeline.StageHost;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>One objective of a reward model: its rows, its loop, and what it is worth on the rows that are held out.</summary>
internal interface IRewardTraining
{
    /// <summary>Trains the model, from the start or from the context's checkpoint.</summary>
    LoopOutcome Run(RewardModel model, StageContext context);

    /// <summary>Measures the trained model on the held-out examples.</summary>
    RewardMeasurement Measure(RewardModel model, StageContext context);
}
