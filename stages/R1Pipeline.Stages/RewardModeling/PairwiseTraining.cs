using R1Pipeline.Contracts.Options;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Gates;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>Preference pairs: -log sigmoid(chosen - rejected) over prompt and final answer.</summary>
internal sealed class PairwiseTraining : IRewardTraining
{
    private readonly RewardModelingOptions _options;
    private readonly IReadOnlyList<PreferencePair> _training;
    private readonly IReadOnlyList<PreferencePair> _heldOut;

    /// <summary>The pairs of a ledger.</summary>
    public PairwiseTraining(StageContext context, RewardModelingOptions options, RowLedger ledger, ModelText text, int maxTokens)
    {
        _options = options;
        var pairs = PreferencePairs.Of(ledger, text, maxTokens, context.Request.Seed, context.Request.Stage);
        (_training, _heldOut) = HeldOutSplit.Of(context, pairs, options.HeldOutPairs, ledger, "pairs");
    }

    /// <inheritdoc/>
    public LoopOutcome Run(RewardModel model, StageContext context) =>
        new RewardModelLoop(model, _training, _options, context.MicroBatch(_options.MicroBatch), context.Request.Seed, context.Request.Stage, context).Run(context.Resume?.Directory);

    /// <inheritdoc/>
    public RewardMeasurement Measure(RewardModel model, StageContext context)
    {
        int atOnce = context.MicroBatch(RewardModel.ScoredAtOnce);
        float[] chosen = model.Score([.. _heldOut.Select(pair => pair.Chosen)], atOnce);
        float[] rejected = model.Score([.. _heldOut.Select(pair => pair.Rejected)], atOnce);
        context.Progress(2L * _heldOut.Count);
        var figures = HeldOutFigures.Of(chosen, rejected);
        context.Log.Information(
            "Held-out pairs: accuracy {Accuracy:0.000}, 95 % interval {Low:0.000} to {High:0.000}, mean margin {Margin:0.000}; a score becomes a reward by its mean {Mean:0.000} and deviation {Deviation:0.000}",
            figures.Accuracy, figures.Interval.Low, figures.Interval.High, figures.Margin, figures.Scores.Mean, figures.Scores.StandardDeviation);
        var metrics = new Dictionary<string, object>
        {
            ["pair_accuracy"] = figures.Accuracy,
            ["pair_accuracy_ci_low"] = figures.Interval.Low,
            ["pair_accuracy_ci_high"] = figures.Interval.High,
            ["pair_margin"] = figures.Margin,
            ["score_mean"] = figures.Scores.Mean,
            ["score_std"] = figures.Scores.StandardDeviation,
            ["training_pairs"] = _training.Count,
            ["held_out_pairs"] = _heldOut.Count,
        };
        GateOutcome? gate = _options.MinPairAccuracy is { } atLeast ? new GateOutcome($"pair accuracy on {_heldOut.Count} held-out pairs", figures.Accuracy, atLeast, null) : null;
        return new RewardMeasurement(figures.Scores, metrics, gate);
    }
}
