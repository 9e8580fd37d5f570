using R1Pipeline.Contracts.Options;
using R1Pipeline.Data.Rows;
using R1Pipeline.Rewards;

namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>What the prompts of one type are rewarded for, and by how much.</summary>
/// <param name="Rules">Weights of the rule rewards.</param>
/// <param name="Models">The reward models that are asked, each with the weight of its part <c>model-NAME</c>; in file order.</param>
/// <param name="MeanWeight">Where the options weigh no model by name: weight of the part <c>model</c>, the mean over the models; null: each has its own.</param>
internal sealed record PromptReward(RewardWeights Rules, IReadOnlyList<(RewardJudge Judge, double Weight)> Models, double? MeanWeight)
{
    /// <summary>
    /// The rewards of all types. Without <c>rewards:</c> safety prompts are judged by the models that read whole responses, and, where there are such prompts,
    /// general ones by the others; if there is none of the kind, by all.
    /// </summary>
    /// <param name="options">The stage's weights.</param>
    /// <param name="judges">Its reward models.</param>
    /// <param name="hasSafetyPrompts">Whether prompts of the safety set can be drawn.</param>
    public static IReadOnlyDictionary<PromptType, PromptReward> Of(AllScenarioRlOptions options, IReadOnlyList<RewardJudge> judges, bool hasSafetyPrompts)
    {
        RewardJudge[] safety = [.. judges.Where(judge => judge.JudgesWholeResponse)], helpful = [.. judges.Except(safety)];
        return new Dictionary<PromptType, PromptReward>
        {
            [PromptType.Reasoning] = Of(options, options.Rewards?.Reasoning, judges, []),
            [PromptType.General] = Of(options, options.Rewards?.General, judges, hasSafetyPrompts && helpful.Length > 0 ? helpful : judges),
            [PromptType.Safety] = Of(options, options.Rewards?.Safety, judges, safety.Length > 0 ? safety : judges),
        };
    }

    /// <summary>The type of a row's prompt.</summary>
    public static PromptType TypeOf(DataRow row) => row.IsReasoning ? PromptType.Reasoning : row.IsSafety ? PromptType.Safety : PromptType.General;

    private static PromptReward Of(AllScenarioRlOptions options, IReadOnlyDictionary<string, double>? weights, IReadOnlyList<RewardJudge> judges, IReadOnlyList<RewardJudge> byDefault) => weights is null
        ? new(RewardWeights.Of(options), [.. byDefault.Select(judge => (judge, 0.0))], options.RewardModelWeight)
        : new(
            new RewardWeights(weights.GetValueOrDefault(RuleReward.Accuracy), weights.GetValueOrDefault(RuleReward.Format), weights.GetValueOrDefault(RuleReward.Language)),
            [.. judges.Where(judge => weights.ContainsKey(judge.Name)).Select(judge => (judge, weights[judge.Name]))],
            null);
}
