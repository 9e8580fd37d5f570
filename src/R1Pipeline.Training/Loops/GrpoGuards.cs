using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// What stops GRPO before an update: runaway KL, collapsed entropy, log-probs of sampler and trainer that drift apart, accuracy that does not rise.
/// Each message has the figure, the limit and what to change. Changes nothing itself.
/// </summary>
internal sealed class GrpoGuards(GrpoOptions options, string stage)
{
    /// <summary>Refuses options that would never be looked at.</summary>
    public void CheckOptions()
    {
        if (options.MinAccuracyGain is not null && options.AccuracyGainIteration > options.Iterations)
        {
            throw new StageFailedException(StageFailureClass.UserData,
                $"{stage}: min-accuracy-gain is measured at iteration {options.AccuracyGainIteration} (accuracy-gain-iteration), but there are only {options.Iterations} iterations");
        }
    }

    /// <summary>After the rollouts of an iteration, before its first update.</summary>
    public void CheckRollouts(PendingIteration iteration, AccuracyHistory history)
    {
        double entropy = iteration.Figures[RolloutFigures.Entropy];
        if (options.MinEntropy is { } floor && !(entropy >= floor))
        {
            throw Stop($"iteration {iteration.Number}: the mean entropy of the rollouts is {entropy:g4} nats, below min-entropy {floor:g4}: " +
                "the policy has collapsed; lower learning-rate, raise kl-weight, or lower the limit");
        }
        if (options.MinAccuracyGain is not { } wanted || iteration.Number != options.AccuracyGainIteration) return;
        double gain = history.Gain;
        if (gain >= wanted) return;
        throw new StageFailedException(StageFailureClass.GateMissed,
            $"{stage}, iteration {iteration.Number}: mean accuracy of the last three iterations is {history.Recent:f3}, of the first three {history.First:f3}: " +
            $"a gain of {gain:f3}, below min-accuracy-gain {wanted:f3}");
    }

    /// <summary>After a minibatch's backward pass, before its update. That loss and gradient are finite is checked by the update itself.</summary>
    public void CheckUpdate(long step, GrpoFigures figures, double? drift)
    {
        if (options.MaxKl is { } limit && !(figures.MeanKl <= limit))
        {
            throw Stop($"step {step}: the mean KL to the reference is {figures.MeanKl:g4}, above max-kl {limit:g4}: " +
                "lower learning-rate, raise kl-weight, or raise the limit");
        }
        if (drift is { } distance && !(distance <= options.MaxLogprobDrift))
        {
            throw Stop($"step {step}: log-probs of the sampler and of the trainer differ by {distance:g4} nats a token on average, above max-logprob-drift " +
                $"{options.MaxLogprobDrift:g4}: they no longer compute the same policy");
        }
    }

    private StageFailedException Stop(string what) => new(StageFailureClass.NumericGuard, $"{stage}, {what}");
}
