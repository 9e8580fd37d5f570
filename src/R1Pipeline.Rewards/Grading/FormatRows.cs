using System.Text.Json;
using System.Text.Json.Nodes;

namespace R1Pipeline.Rewards.Grading;

/// <summary>Rows of format: in <c>{id, completion, format}</c>, out <c>{id, ok, value, think, answer, reason}</c>.</summary>
public static class FormatRows
{
    /// <summary>A row's grade.</summary>
    /// <exception cref="Contracts.Stages.StageFailedException">A field is missing or of another kind, or there is no such format (UserData).</exception>
    public static JsonObject Grade(JsonElement row)
    {
        RowFields.RequireId(row);
        string completion = RowFields.Text(row, "completion");
        string format = RowFields.Text(row, "format");
        if (NamedFormats.Check(completion, format, out double value) is not { } verdict) throw RowFields.Refused($"there is no format '{format}'; one of {string.Join(", ", NamedFormats.All)} is expected");
        return new JsonObject { ["ok"] = verdict.Ok, ["value"] = value, ["think"] = verdict.Think, ["answer"] = verdict.Answer, ["reason"] = verdict.Reason };
    }
}
