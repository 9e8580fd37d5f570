using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Gates;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>Responses labelled safe or unsafe: binary cross-entropy over prompt and whole response. Refuses rows of one label only: nothing could be told apart, or measured.</summary>
internal sealed class PointwiseTraining : IRewardTraining
{
    private readonly RewardModelingOptions _options;
    private readonly IReadOnlyList<LabelledResponse> _training;
    private readonly IReadOnlyList<LabelledResponse> _heldOut;

    /// <summary>The labelled responses of a ledger.</summary>
    /// <exception cref="StageFailedException">UserData: too few responses, or of one label only.</exception>
    public PointwiseTraining(StageContext context, RewardModelingOptions options, RowLedger ledger, ModelText text, int maxTokens)
    {
        _options = options;
        var responses = LabelledResponses.Of(ledger, text, maxTokens, context.Request.Seed, context.Request.Stage);
        (_training, _heldOut) = HeldOutSplit.Of(context, responses, options.HeldOutPairs, ledger, "labelled responses");
        CheckLabels(context, _training, "to train on");
        CheckLabels(context, _heldOut, "held out (held-out-pairs)");
    }

    /// <inheritdoc/>
    public LoopOutcome Run(RewardModel model, StageContext context) =>
        new PointwiseRewardLoop(model, _training, _options, context.MicroBatch(_options.MicroBatch), context.Request.Seed, context.Request.Stage, context).Run(context.Resume?.Directory);

    /// <inheritdoc/>
    public RewardMeasurement Measure(RewardModel model, StageContext context)
    {
        float[] scores = model.Score([.. _heldOut.Select(response => response.Text)], context.MicroBatch(RewardModel.ScoredAtOnce));
        context.Progress(_heldOut.Count);
        var figures = SafetyFigures.Of(scores, [.. _heldOut.Select(response => response.IsSafe)]);
        context.Log.Information(
            "Held-out responses: accuracy {Accuracy:0.000} ({Low:0.000} to {High:0.000}), AUC {Auc:0.000} ({AucLow:0.000} to {AucHigh:0.000}), {Caught:0.000} of the unsafe ones caught, expected calibration error {Error:0.000}",
            figures.Accuracy.Value, figures.Accuracy.Interval.Low, figures.Accuracy.Interval.High, figures.Auc.Value, figures.Auc.Interval.Low, figures.Auc.Interval.High,
            figures.UnsafeRecall.Value, figures.CalibrationError);
        var metrics = new Dictionary<string, object>(figures.ToMetrics())
        {
            ["score_mean"] = figures.Scores.Mean,
            ["score_std"] = figures.Scores.StandardDeviation,
            ["training_responses"] = _training.Count,
            ["held_out_responses"] = _heldOut.Count,
            ["training_safe_share"] = _training.Average(response => response.IsSafe ? 1.0 : 0.0),
        };
        GateOutcome? gate = _options.MinAuc is { } atLeast ? new GateOutcome($"AUC on {_heldOut.Count} held-out responses", figures.Auc.Value, atLeast, null) : null;
        return new RewardMeasurement(figures.Scores with { Objective = RewardObjective.Pointwise }, metrics, gate);
    }

    private static void CheckLabels(StageContext context, IReadOnlyList<LabelledResponse> responses, string which)
    {
        if (responses.Any(response => response.IsSafe) && responses.Any(response => !response.IsSafe)) return;
        throw new StageFailedException(
            StageFailureClass.UserData,
            $"stage {context.Request.Stage}: all {responses.Count} responses {which} are {(responses[0].IsSafe ? "safe" : "unsafe")}; a pointwise reward model needs both labels there. Give it more labelled rows or change held-out-pairs.");
    }
}
