using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Training.Optimization;

/// <summary>The learning rate of each update: a straight line up from 0, then the schedule down to <c>end-learning-rate</c>.</summary>
public static class LearningRate
{
    /// <summary>The rate of update <paramref name="step"/>, counted from 0: the first warm-up update has rate 0, as transformers counts.</summary>
    /// <param name="options">Peak, end, warm-up and shape.</param>
    /// <param name="step">Update, from 0. A loop never asks past the end; there a cosine would rise again, as transformers' does.</param>
    /// <param name="totalSteps">Updates in all.</param>
    public static double At(OptimizerOptions options, long step, long totalSteps)
    {
        if (step < options.WarmupSteps) return options.LearningRate * step / options.WarmupSteps;
        double decaySteps = Math.Max(1, totalSteps - options.WarmupSteps), progress = (step - options.WarmupSteps) / decaySteps;
        double share = options.Schedule switch
        {
            LearningRateSchedule.Cosine => 0.5 * (1 + Math.Cos(Math.PI * progress)),
            LearningRateSchedule.Linear => Math.Max(0, (totalSteps - step) / decaySteps),
            LearningRateSchedule.Constant => 1,
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Schedule, "unknown schedule"),
        };
        return options.Schedule == LearningRateSchedule.Constant
            ? options.LearningRate
            : options.EndLearningRate + (options.LearningRate - options.EndLearningRate) * share;
    }
}
