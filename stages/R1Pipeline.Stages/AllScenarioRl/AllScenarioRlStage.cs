using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Judging;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Questions;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>
/// R1's second RL stage (r1-recipe.md 5.3): rows with a gold answer are rewarded by rules, the others by reward models or a judge, format and language on both;
/// <c>rewards:</c> weighs the parts by type of prompt.
/// Refuses general questions without a reward model or a judge: format and language alone would be no preference.
/// </summary>
public sealed class AllScenarioRlStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "all-scenario-rl";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context)
    {
        var options = context.Options<AllScenarioRlOptions>();
        if (context.Request.AcceptMissedGates) options = options with { MinAccuracyGain = null };
        using var policy = LanguageModel.OpenToTrain(context, context.Artifact("model"), options.Lora);
        options = HostOffload.Resolve(context, options, policy.Decoder.Placement);

        var ledger = RowLedger.Read(context);
        var rows = AskableRows.Of(context, ledger, policy, _ => null);
        var (training, heldOut) = HeldOutRows.Split(context, rows, options, policy.Text);
        using var judges = RewardModels.Open(context, options);
        using var generative = StageJudge.Open(context, options.Judge);
        CheckMix(context, options, training, judges);

        var questions = new QuestionMix(training, options, policy.Text, context.Request.Seed, context.Request.Stage);
        var rewards = PromptReward.Of(options, judges.Judges, rows.Any(row => row.Row.IsSafety));
        var rules = rewards.ToDictionary(reward => reward.Key, reward => new RuleReward(reward.Value.Rules, options.Format, policy.Text.LanguageRule, RewardShaping.Of(options)));
        IRolloutScorer scorer = new ScenarioScorer(policy.Text, rules, rewards, options.Format, context.MicroBatch(RewardModel.ScoredAtOnce), OutputMeter.Shared);
        if (generative is not null) scorer = new JudgedScorer(scorer, generative, policy.Text, options, context);
        policy.CarryIn(context);
        var outcome = new GrpoLoop(
            policy.Decoder,
            policy.Text.StopIds,
            options,
            context.MicroBatch(options.MicroBatch),
            context.MicroBatch(options.RolloutBatch),
            questions,
            scorer,
            context.Request.Seed,
            context.Request.Stage,
            context,
            heldOut).Run(context.Resume?.Directory);

        questions.MarkUsed(options.Iterations);
        return TrainedModel.Finish(context, policy, outcome, ledger, new Dictionary<string, object>
        {
            ["reasoning_draws"] = QuestionMix.NumReasoning(options, options.Iterations),
            ["general_draws"] = QuestionMix.NumGeneral(options, options.Iterations),
            ["reward_models"] = judges.Judges.ToDictionary(judge => judge.Name, judge => judge.Map.ToMetrics()),
        });
    }

    private static void CheckMix(StageContext context, AllScenarioRlOptions options, IReadOnlyList<LedgerRow> rows, RewardModels judges)
    {
        long reasoning = QuestionMix.NumReasoning(options, options.Iterations);
        long general = QuestionMix.NumGeneral(options, options.Iterations);
        string? problem =
            options.GeneralQuestions > options.Questions ? $"general-questions {options.GeneralQuestions} is more than questions {options.Questions}"
            : reasoning > 0 && !rows.Any(row => row.Row.IsReasoning) ? "reasoning questions are planned but no usable row has a gold answer; give it such rows or set general-questions to questions"
            : general > 0 && rows.All(row => row.Row.IsReasoning) ? "general questions are planned but every usable row has a gold answer; give it rows without one or set general-questions: 0"
            : general > 0 && judges.Count == 0 && options.Judge is null ? "general questions are planned but there is no reward model; name one under reward-models, give the stage a judge or set general-questions: 0"
            : null;
        if (problem is not null) throw new StageFailedException(StageFailureClass.UserData, $"stage {context.Request.Stage}: {problem}.");
    }
}
