using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Batches;
using R1Pipeline.Training.Checkpoints;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// What all loops over a fixed set of rows share: plan, resume, step, guard, figures, checkpoint. A step commits whole or not at all; the order of the rows
/// follows from (seed, stage, epoch), so a resumed loop ends with the same bits as one that was never stopped.
/// </summary>
internal sealed class EpochLoop(TrainedWeights weights, OptimizerOptions options, ExpertBalance? balance, BatchPlan plan, ILoopHost host)
{
    /// <summary>Accumulates the gradient of a batch.</summary>
    /// <param name="step">The step that it is for, from 1.</param>
    /// <param name="rows">The rows of the batch.</param>
    /// <param name="figures">Receives further figures of the step.</param>
    /// <returns>The loss of the whole batch.</returns>
    public delegate double Accumulate(long step, IReadOnlyList<int> rows, Dictionary<string, double> figures);

    /// <summary>Runs all steps that are left.</summary>
    /// <param name="resumeDirectory">A checkpoint to go on from; null: from the start.</param>
    /// <param name="accumulate">Forward and backward of one batch.</param>
    public LoopOutcome Run(string? resumeDirectory, Accumulate accumulate)
    {
        using var update = new GuardedUpdate(weights.Parameters, options, plan.Steps);
        var state = new TrainingState { Step = 0, Loss = double.NaN };
        if (resumeDirectory is not null) state = TrainingCheckpoint.Read(resumeDirectory, weights, update.Optimizer);
        var snapshot = new TrainingSnapshot(weights, update.Optimizer);
        host.Plan(plan.Steps);
        host.Phase("update");
        weights.Parameters.ClearGradients();
        while (state.Step < plan.Steps)
        {
            MemoryGuard.Run(() => state = Step(update, state.Step, accumulate));
            if (host.CheckpointDue) host.Checkpoint(state.Step, () => snapshot.Take(state));
        }

        return new LoopOutcome(state.Step, state.Loss);
    }

    private TrainingState Step(GuardedUpdate update, long done, Accumulate accumulate)
    {
        using var scope = NewDisposeScope();
        var figures = new Dictionary<string, double>(StringComparer.Ordinal);
        double loss = accumulate(done + 1, plan.Batch(done), figures);
        (double rate, double norm) = update.Apply(loss);
        if (balance is not null) figures["expert-excess"] = balance.Update();
        (figures["loss"], figures["learning-rate"], figures["grad-norm"]) = (loss, rate, norm);
        host.CompleteStep(new StepMetrics(done + 1, null, figures));
        return new TrainingState { Step = done + 1, Loss = loss };
    }
}
