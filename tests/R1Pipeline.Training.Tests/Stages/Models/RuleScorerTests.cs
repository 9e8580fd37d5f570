using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Rows;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Questions;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Training.Tests.Stages.Models;

public sealed class RuleScorerTests
{
    [Fact]
    public void Score_IdThatNoTokenHas_IsTheOutputsFailureAlone()
    {
        ModelText text = ModelTextTests.Addition();
        var row = new LedgerRow("s", new DataRow { Source = "s", Line = 1, Id = "1", Prompt = [new ChatMessage("user", "what is 3 + 4 ?")], Gold = "7", Language = "en" });
        int[] good = text.Tokenizer.Encode("<think> the sum is 7 . </think> <answer> 7 </answer>");
        Rollout Of(int[] ids) => new(ids, new float[ids.Length], new float[ids.Length], Finished: true);
        var scorer = new RuleScorer(text, new RuleReward(new RewardWeights(1, 1, 1), AnswerFormat.ThinkAnswer, text.LanguageRule), OutputMeter.Shared);

        // A row of the embedding behind the tokenizer's last token has no text: that is no failure.
        IReadOnlyList<RewardBreakdown> rewards = scorer.Score([new RolloutGroup(new RlQuestion("s:1", [1], row), [Of(good), Of([-1]), Of([int.MaxValue]), Of(good)])]);

        Assert.Equal([3.0, null, 0.0, 3.0], rewards.Select(reward => reward.Total));
        Assert.Equal([false, true, false, false], rewards.Select(reward => reward.IsError));
        Assert.Contains("rules", rewards[1].Errors.Keys);
    }
}
