using System.Text.Json;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards.Mathematics.Extraction;
using R1Pipeline.Rewards.Tasks.Instructions;

namespace R1Pipeline.Rewards.Tasks;

/// <summary>
/// Checks outputs of tasks other than mathematics. Choices and texts are looked for as mathematics is (<see cref="AnswerExtraction.Strict"/>), or taken whole
/// where the text has neither tags nor box; everything else is judged on the final text: the answer block, else what stands behind the chain of thought.
/// Bounded, linear scans; what the text says is never run.
/// </summary>
public static class VerifiableTasks
{
    private const int MaxText = 400_000;

    /// <summary>Checks one output.</summary>
    /// <param name="task">One of <see cref="TaskKinds.All"/> but mathematics and code, which needs a sandbox.</param>
    /// <param name="completion">The output.</param>
    /// <param name="gold">The row's gold: a text, or JSON.</param>
    /// <exception cref="ArgumentException">There is no such task.</exception>
    public static TaskVerdict Check(string task, string completion, string gold)
    {
        ArgumentNullException.ThrowIfNull(completion);
        if (!CanCheck(task, gold)) return new TaskVerdict(null, null, $"the gold is none of task {task}");
        if (completion.Length > MaxText) completion = completion[^MaxText..];
        string? answer = task is TaskKinds.Choice or TaskKinds.Exact or TaskKinds.Countdown ? Short(completion) : Final(completion);
        if (string.IsNullOrWhiteSpace(answer)) return new TaskVerdict(false, null, "the output holds no answer");
        string? wrong = task switch
        {
            TaskKinds.Choice => Texts.Choice(answer, gold),
            TaskKinds.Exact => Texts.Exact(answer, gold),
            TaskKinds.Countdown => Countdown.Read(gold)!.Check(answer),
            TaskKinds.KnightsAndKnaves => KnightsAndKnaves.Check(answer, gold),
            TaskKinds.JsonSchema => SchemaConformance.Check(answer, gold),
            _ => InstructionList.Read(gold)!.Check(answer),
        };
        return new TaskVerdict(wrong is null, answer, wrong ?? "correct");
    }

    /// <summary>Whether outputs can be checked by this gold at all.</summary>
    /// <exception cref="ArgumentException">There is no such task.</exception>
    public static bool CanCheck(string task, string gold)
    {
        ArgumentNullException.ThrowIfNull(gold);
        return task switch
        {
            TaskKinds.Choice => Texts.Label(gold) is not null,
            TaskKinds.Exact => Texts.Golds(gold).Count > 0,
            TaskKinds.Countdown => Countdown.Read(gold) is not null,
            TaskKinds.KnightsAndKnaves => KnightsAndKnaves.Roles(gold) is not null,
            TaskKinds.JsonSchema => SchemaConformance.Read(gold) is not null,
            TaskKinds.Instructions => InstructionList.Read(gold) is not null,
            TaskKinds.Code => CodeGold.Read(gold) is not null,
            TaskKinds.Judge => false,
            _ => throw new ArgumentException($"there is no task '{task}' besides mathematics", nameof(task)),
        };
    }

    /// <summary>JSON; null where the text is none.</summary>
    internal static JsonElement? Json(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Short(string text)
    {
        if (AnswerExtraction.Strict(text) is { } answer) return answer;
        return text.Contains("<answer>", StringComparison.Ordinal) || Boxes.HasAny(text) ? null : Thought.CutOff(text);
    }

    private static string? Final(string text) => AnswerExtraction.AnswerBlock(text) ?? (text.Contains("<answer>", StringComparison.Ordinal) ? null : Thought.CutOff(text)?.Trim());
}
