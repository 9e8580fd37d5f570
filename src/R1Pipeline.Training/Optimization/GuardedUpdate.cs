using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Optimization;

/// <summary>
/// The end of every step of every loop: the loss and the gradient are checked before anything changes, then clip, rate, AdamW.
/// Refuses to update with a non-finite loss or gradient.
/// </summary>
public sealed class GuardedUpdate : IDisposable
{
    private readonly OptimizerOptions _options;
    private readonly long _totalSteps;

    /// <summary>Starts at step 0.</summary>
    /// <param name="parameters">Trained parameters.</param>
    /// <param name="options">Optimizer, schedule and clipping.</param>
    /// <param name="totalSteps">Planned updates.</param>
    public GuardedUpdate(FlatParameters parameters, OptimizerOptions options, long totalSteps)
    {
        (_options, _totalSteps) = (options, totalSteps);
        Optimizer = new AdamW(parameters, options);
    }

    /// <summary>The optimizer, whose state a checkpoint carries.</summary>
    public AdamW Optimizer { get; }

    /// <summary>Updates with the accumulated gradient.</summary>
    /// <param name="loss">The loss of the whole batch.</param>
    /// <returns>The learning rate and the gradient norm before clipping.</returns>
    /// <exception cref="StageFailedException">NumericGuard: the loss or the gradient is not finite; nothing was changed.</exception>
    public (double LearningRate, double GradientNorm) Apply(double loss)
    {
        long step = Optimizer.StepsDone + 1;
        Require(double.IsFinite(loss), step, "loss", loss);
        double norm = Optimizer.GradientNorm();
        Require(double.IsFinite(norm), step, "gradient norm", norm);
        double rate = LearningRate.At(_options, step - 1, _totalSteps);
        Optimizer.Step(rate, norm);
        return (rate, norm);
    }

    /// <summary>A step that had nothing to learn from: it counts, and changes neither weights nor moments.</summary>
    /// <returns>Rate and gradient norm, both 0.</returns>
    public (double LearningRate, double GradientNorm) Skip()
    {
        Optimizer.StepsDone++;
        return (0, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => Optimizer.Dispose();

    private static void Require(bool finite, long step, string figure, double value)
    {
        if (!finite)
            throw new StageFailedException(StageFailureClass.NumericGuard,
                $"step {step}: the {figure} is {value}; stopped before the update. Lower learning-rate or max-grad-norm, or look at the rows of this step");
    }
}
