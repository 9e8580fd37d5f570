using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Rewards.Mathematics;

namespace R1Pipeline.Rewards.Grading;

/// <summary>Rows of mathematics: in <c>{id, gold, prediction, options?, targets?}</c>, out <c>{id, correct, extracted_gold, extracted_prediction, reason}</c>.</summary>
public static class MathRows
{
    /// <summary>A row's grade.</summary>
    /// <exception cref="Contracts.Stages.StageFailedException">A field is missing or of another kind (UserData).</exception>
    public static JsonObject Grade(JsonElement row)
    {
        RowFields.RequireId(row);
        MathVerdict verdict = Judge(row, out IReadOnlyList<string> unknown);
        return new JsonObject
        {
            ["correct"] = verdict.Correct,
            ["extracted_gold"] = verdict.ExtractedGold,
            ["extracted_prediction"] = verdict.ExtractedPrediction,
            ["reason"] = unknown.Count == 0 ? verdict.Reason : $"{verdict.Reason}; not used: {string.Join(", ", unknown)}",
        };
    }

    /// <summary>A row's verdict.</summary>
    /// <param name="row">The row.</param>
    /// <param name="unknown">Options of the row that this grader does not have.</param>
    public static MathVerdict Judge(JsonElement row, out IReadOnlyList<string> unknown)
    {
        string? gold = RowFields.TextOrNull(row, "gold");
        string? prediction = RowFields.TextOrNull(row, "prediction");
        MathOptions options = MathOptionsReader.Read(row, out unknown);
        return MathGrader.Grade(gold, prediction, options);
    }
}
