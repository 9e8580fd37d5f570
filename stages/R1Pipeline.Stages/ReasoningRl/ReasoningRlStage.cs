using R1Pipeline.Contracts.Options;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Questions;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;

namespace R1Pipeline.Stages.ReasoningRl;

/// <summary>
/// GRPO on verifiable questions with rule rewards only: R1-Zero when it starts from the base, R1's first RL stage when it starts from the cold start
/// (r1-recipe.md 1, 4 and 5.1). No reward model takes part.
/// </summary>
public sealed class ReasoningRlStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "reasoning-rl";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context)
    {
        var options = context.Options<ReasoningRlOptions>();
        if (context.Request.AcceptMissedGates) options = options with { MinAccuracyGain = null };
        using var policy = LanguageModel.OpenToTrain(context, context.Artifact("model"), options.Lora);
        options = HostOffload.Resolve(context, options, policy.Decoder.Placement);

        var ledger = RowLedger.Read(context);
        var rows = AskableRows.Of(context, ledger, policy, row => row.IsReasoning ? null : "no-gold");
        var (training, heldOut) = HeldOutRows.Split(context, rows, options, policy.Text);
        var questions = new ShuffledQuestions(training, policy.Text, options.Questions, context.Request.Seed, context.Request.Stage);
        var reward = new RuleReward(RewardWeights.Of(options), options.Format, policy.Text.LanguageRule, RewardShaping.Of(options));

        policy.CarryIn(context);
        var outcome = new GrpoLoop(
            policy.Decoder,
            policy.Text.StopIds,
            options,
            context.MicroBatch(options.MicroBatch),
            context.MicroBatch(options.RolloutBatch),
            questions,
            new RuleScorer(policy.Text, reward, OutputMeter.Shared),
            context.Request.Seed,
            context.Request.Stage,
            context,
            heldOut).Run(context.Resume?.Directory);

        questions.MarkUsed(options.Iterations);
        return TrainedModel.Finish(context, policy, outcome, ledger, new Dictionary<string, object>
        {
            ["question_draws"] = (double)options.Iterations * options.Questions,
        });
    }
}
