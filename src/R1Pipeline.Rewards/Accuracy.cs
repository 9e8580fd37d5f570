using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards.Tasks;

namespace R1Pipeline.Rewards;

/// <summary>Whether an output solves its row's task: mathematics, or one of the other tasks that a program can check.</summary>
public static class Accuracy
{
    /// <summary>True, false, or null where the gold decides nothing.</summary>
    public static bool? Check(string task, string completion, string gold) =>
        task == TaskKinds.Math ? AccuracyReward.IsCorrect(AnswerExtraction.Strict(completion), gold) : VerifiableTasks.Check(task, completion, gold).Correct;

    /// <summary>Whether outputs can be checked by this gold at all.</summary>
    public static bool CanCheck(string task, string gold) => task == TaskKinds.Math ? AccuracyReward.CanCompare(gold) : VerifiableTasks.CanCheck(task, gold);
}
