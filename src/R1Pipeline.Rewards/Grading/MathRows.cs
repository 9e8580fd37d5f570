using System.Text.Json;
using R1Pipeline.Rewards.Mathematics;

namespace R1Pipeline.Rewards.Grading;

/// <summary>Rows of mathematics: in <c>{id, gold, prediction, options?, targets?}</c>, out <c>{id, correct, extracted_gold, extracted_prediction, reason}</c>.</summary>
public static class MathRows
{
    /// <summary>Writes a row's grade.</summary>
    public static void Grade(JsonElement row, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        MathVerdict verdict = Grade(row, out IReadOnlyList<string> unknown);
        if (verdict.Correct is { } correct) writer.WriteBoolean("correct", correct);
        else writer.WriteNull("correct");
        writer.WriteString("extracted_gold", verdict.ExtractedGold);
        writer.WriteString("extracted_prediction", verdict.ExtractedPrediction);
        writer.WriteString("reason", unknown.Count == 0 ? verdict.Reason : $"{verdict.Reason}; not used: {string.Join(", ", unknown)}");
    }

    /// <summary>A row's grade.</summary>
    /// <param name="row">The row.</param>
    /// <param name="unknown">Options of the row that this grader does not have.</param>
    public static MathVerdict Grade(JsonElement row, out IReadOnlyList<string> unknown)
    {
        string? gold = RowFields.TextOrNull(row, "gold");
        string? prediction = RowFields.TextOrNull(row, "prediction");
        MathOptions options = MathOptionsReader.Read(row, out unknown);
        return MathGrader.Grade(gold, prediction, options);
    }
}
