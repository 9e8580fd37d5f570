using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Rows;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Rewards.Tasks;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.Models;

/// <summary>
/// Which rows can be asked of a model: the prompt leaves room in its context, and a gold answer can be read by the grader.
/// An output that reaches the end of the context is cut there, as at <c>max-new-tokens</c>: such a row is asked all the same.
/// </summary>
/// <param name="text">The model's text side.</param>
/// <param name="config">Its shape.</param>
/// <param name="isJudged">Whether a row's answer is checked by a judge, to whom any gold will do; null: none is.</param>
internal sealed class QuestionFilter(ModelText text, DecoderConfig config, Func<DataRow, bool>? isJudged = null)
{
    /// <summary>Reason of a prompt that fills the model's context.</summary>
    public const string TooLong = "too-long";

    /// <summary>Reason of a gold answer that no output could match.</summary>
    public const string GoldNotComparable = "gold-not-comparable";

    /// <summary>Reason of a row without a prompt.</summary>
    public const string NoPrompt = "no-prompt";

    /// <summary>Why the row cannot be asked; null: it can.</summary>
    /// <exception cref="StageFailedException">UserData: its answer is a program, and none can be run here.</exception>
    public string? Reason(DataRow row)
    {
        if (row.Prompt is null) return NoPrompt;
        if (row.Gold is { } gold && isJudged?.Invoke(row) != true && !Accuracy.CanCheck(row.Task, gold)) return GoldNotComparable;
        if (row is { Task: TaskKinds.Code, Gold: { } tests } && OutputMeter.Shared.CodeProblem(CodeGold.Read(tests)!.Language) is { } problem)
            throw new StageFailedException(StageFailureClass.UserData, $"{row.Source} line {row.Line}: the row's answer is a program, and programs cannot be run here: {problem} (r1 doctor says more)");
        return text.Sequences.Prompt(row).Length >= config.ContextTokens ? TooLong : null;
    }

    /// <summary>The reasons counted, with what to do, for the message of a stage that has nothing left.</summary>
    public static string Explain(IEnumerable<string> reasons)
    {
        string counted = string.Join(", ", reasons.GroupBy(reason => reason).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}"));
        return counted.Length == 0
            ? "The source has no rows."
            : $"Refused: {counted}. A prompt must leave room in the model's context and a gold answer must be one that the grader can read (r1 grade math tells); use other rows.";
    }
}
