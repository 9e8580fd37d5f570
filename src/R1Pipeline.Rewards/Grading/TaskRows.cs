using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards.Tasks;

namespace R1Pipeline.Rewards.Grading;

/// <summary>Rows of verifiable tasks: in <c>{id, task, gold, prediction}</c>, out <c>{id, correct, extracted_prediction, reason}</c>. The gold is a text or JSON, as the task has it.</summary>
public static class TaskRows
{
    /// <summary>The tasks that rows can name: those with a rule but mathematics.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. TaskKinds.All.Where(task => task is not (TaskKinds.Math or TaskKinds.Code or TaskKinds.Judge))];

    /// <summary>A row's grade.</summary>
    /// <exception cref="Contracts.Stages.StageFailedException">A field is missing or of another kind, or there is no such task (UserData).</exception>
    public static JsonObject Grade(JsonElement row)
    {
        RowFields.RequireId(row);
        string task = RowFields.Text(row, "task");
        if (!Names.Contains(task)) throw RowFields.Refused($"there is no task '{task}'; one of {string.Join(", ", Names)} is expected");
        string? prediction = RowFields.TextOrNull(row, "prediction");
        if (!row.TryGetProperty("gold", out JsonElement gold)) throw RowFields.Refused("the line has no gold; what the task is checked by is expected");
        TaskVerdict verdict = VerifiableTasks.Check(task, prediction ?? "", gold.ValueKind == JsonValueKind.String ? gold.GetString()! : gold.GetRawText());
        return new JsonObject { ["correct"] = verdict.Correct, ["extracted_prediction"] = verdict.Answer, ["reason"] = verdict.Reason };
    }
}
