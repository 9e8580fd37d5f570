using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Gates;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>
/// A reward model (r1-recipe.md 5.3): the input model's body with a scalar head, the score read at the end token. <c>objective: pairwise</c> (helpful): -log sigmoid(chosen - rejected)
/// over prompt and final answer; <c>pointwise</c> (safety): binary cross-entropy over prompt and whole response. With <c>lora</c> an adapter and the head are trained, and the
/// output is merged. Held-out rows give its accuracy and the scale of its scores. Refuses to train when none is left beside them.
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
        IRewardTraining training = RewardModelingOptions.IsPointwise(options)
            ? new PointwiseTraining(context, options, ledger, body.Text, maxTokens)
            : new PairwiseTraining(context, options, ledger, body.Text, maxTokens);

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

        var outcome = training.Run(model, context);

        context.Phase("measuring");
        var measured = training.Measure(model, context);
        model.Statistics = measured.Scores;
        var gates = new StageGates(context);
        if (measured.Gate is { } gate) gates.Measured(gate);
        var artifact = context.CommitArtifact(ArtifactKind.RewardModel, directory =>
        {
            body.SaveAdapter(directory);
            model.Save(directory);
            body.Text.Save(directory);
        });
        var metrics = new Dictionary<string, object>(measured.Metrics) { ["steps"] = outcome.Steps, ["final_loss"] = outcome.FinalLoss };
        if (gates.Outcomes.Count > 0) metrics["gates"] = gates.Outcomes;
        return gates.Demand(new StageResult(artifact, metrics, ledger.Accounts()));
    }

    private static LanguageModel Open(StageContext context, RewardModelingOptions options) => options.Lora is null
        ? LanguageModel.OpenToSample(context, context.Artifact("model"))
        : LanguageModel.OpenToTrain(context, context.Artifact("model"), options.Lora, DecoderHead.Score);
}
