using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Gates;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>
/// A pairwise reward model (r1-recipe.md 5.3): the input model's body with a scalar head, -log sigmoid(chosen - rejected), the score read at the end token
/// of prompt and final answer; with <c>lora</c> an adapter and the head are trained, and the output is merged. Held-out pairs give its accuracy and the scale of its scores. Refuses to train when no pair is left beside them.
/// </summary>
public sealed class RewardModelingStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "reward-modeling";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context)
    {
        var options = context.Options<RewardModelingOptions>();
        using var body = Open(context, options);
        using var model = body.Decoder.Adapter is null ? RewardModel.From(body.Decoder, context.Request.Seed, context.Request.Stage) : RewardModel.On(body.Decoder);

        var ledger = RowLedger.Read(context);
        int maxTokens = Math.Min(options.MaxTokens ?? int.MaxValue, model.Body.Config.ContextTokens);
        var pairs = PreferencePairs.Of(ledger, body.Text, maxTokens, context.Request.Seed, context.Request.Stage);
        var (training, heldOut) = Split(context, pairs, options, ledger);

        if (model.Body.Adapter is null)
        {
            context.Carry(directory =>
            {
                DecoderConfigFile.Write(model.Body.Config, directory, DecoderHead.Score);
                body.Text.Save(directory);
            });
        }
        else
        {
            body.CarryIn(context);
        }

        var outcome = new RewardModelLoop(
            model,
            training,
            options,
            context.MicroBatch(options.MicroBatch),
            context.Request.Seed,
            context.Request.Stage,
            context).Run(context.Resume?.Directory);

        var measured = Measure(context, model, heldOut);
        model.Statistics = measured.Scores;
        context.Log.Information(
            "Held-out pairs: accuracy {Accuracy:0.000}, 95 % interval {Low:0.000} to {High:0.000}, mean margin {Margin:0.000}; a score becomes a reward by its mean {Mean:0.000} and deviation {Deviation:0.000}",
            measured.Accuracy, measured.Interval.Low, measured.Interval.High, measured.Margin, measured.Scores.Mean, measured.Scores.StandardDeviation);
        var gates = new StageGates(context);
        if (options.MinPairAccuracy is { } atLeast) gates.Measured(new GateOutcome($"pair accuracy on {heldOut.Count} held-out pairs", measured.Accuracy, atLeast, null));
        var artifact = context.CommitArtifact(ArtifactKind.RewardModel, directory =>
        {
            body.SaveAdapter(directory);
            model.Save(directory);
            body.Text.Save(directory);
        });
        var metrics = Metrics(outcome, measured, training.Count, heldOut.Count);
        if (gates.Outcomes.Count > 0) metrics["gates"] = gates.Outcomes;
        return gates.Demand(new StageResult(artifact, metrics, ledger.Accounts()));
    }

    private static LanguageModel Open(StageContext context, RewardModelingOptions options) => options.Lora is null
        ? LanguageModel.OpenToSample(context, context.Artifact("model"))
        : LanguageModel.OpenToTrain(context, context.Artifact("model"), options.Lora, DecoderHead.Score);

    private static (IReadOnlyList<PreferencePair> Training, IReadOnlyList<PreferencePair> HeldOut) Split(
        StageContext context, IReadOnlyList<PreferencePair> pairs, RewardModelingOptions options, RowLedger ledger)
    {
        int numTraining = pairs.Count - options.HeldOutPairs;
        if (numTraining > 0) return ([.. pairs.Take(numTraining)], [.. pairs.Skip(numTraining)]);
        throw new StageFailedException(
            StageFailureClass.UserData,
            $"stage {context.Request.Stage}: {pairs.Count} usable pairs (refused: {(ledger.Refusals() is { Length: > 0 } refusals ? refusals : "none")}) and held-out-pairs {options.HeldOutPairs} leave none to train on. Give it more pairs or lower held-out-pairs.");
    }

    private static HeldOutFigures Measure(StageContext context, RewardModel model, IReadOnlyList<PreferencePair> pairs)
    {
        context.Phase("measuring");
        int atOnce = context.MicroBatch(RewardModel.ScoredAtOnce);
        float[] chosen = model.Score([.. pairs.Select(pair => pair.Chosen)], atOnce);
        float[] rejected = model.Score([.. pairs.Select(pair => pair.Rejected)], atOnce);
        context.Progress(2L * pairs.Count);
        return HeldOutFigures.Of(chosen, rejected);
    }

    private static Dictionary<string, object> Metrics(LoopOutcome outcome, HeldOutFigures measured, int numTraining, int numHeldOut) => new()
    {
        ["steps"] = outcome.Steps,
        ["final_loss"] = outcome.FinalLoss,
        ["pair_accuracy"] = measured.Accuracy,
        ["pair_accuracy_ci_low"] = measured.Interval.Low,
        ["pair_accuracy_ci_high"] = measured.Interval.High,
        ["pair_margin"] = measured.Margin,
        ["score_mean"] = measured.Scores.Mean,
        ["score_std"] = measured.Scores.StandardDeviation,
        ["training_pairs"] = numTraining,
        ["held_out_pairs"] = numHeldOut,
    };
}
