using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Rows;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Judging;
using R1Pipeline.Stages.Judging;

namespace R1Pipeline.Stages.RejectionSampling;

/// <summary>
/// Accuracy where no rule can say it (r1-recipe.md 5.4): a language model compares the final answer with the reference. Asked about what passed all other filters.
/// </summary>
/// <param name="judge">The judge.</param>
/// <param name="format">Tells where an output's final answer stands.</param>
/// <param name="host">Told that the judge is at work.</param>
internal sealed class JudgedAccuracy(Judge judge, AnswerFormat format, ILoopHost host)
{
    /// <summary>Whether a row is for a judge: it says so, or it is one of mathematics with a gold that the grader cannot read.</summary>
    public static bool IsFor(DataRow row) =>
        row.Gold is { } gold && (row.Task == TaskKinds.Judge || (row.Task == TaskKinds.Math && !Accuracy.CanCheck(row.Task, gold)));

    /// <summary>Why outputs of such rows are dropped; null: they are right.</summary>
    public IReadOnlyList<string?> Reasons(IEnumerable<(DataRow Row, RewardInput Output)> outputs)
    {
        host.Phase("judging");
        IReadOnlyList<Judgement> judged = judge.AskAll(outputs.Select(output => JudgeQuestion.Correctness(
            StageJudge.Shown(output.Row.Prompt!), output.Row.Gold!, FormatReward.Check(output.Output.Completion, output.Output.Finished, format).Answer!.Trim())), host.Progress);
        return [.. judged.Select(judgement => judgement.Outcome.Value switch
        {
            null => RejectionFilters.RewardError,
            1 => null,
            _ => RejectionFilters.Incorrect,
        })];
    }
}
