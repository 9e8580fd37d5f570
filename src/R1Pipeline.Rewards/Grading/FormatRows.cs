using System.Text.Json;

namespace R1Pipeline.Rewards.Grading;

/// <summary>Rows of format: in <c>{id, completion, format}</c>, out <c>{id, ok, value, think, answer, reason}</c>.</summary>
public static class FormatRows
{
    /// <summary>Writes a row's grade.</summary>
    public static void Grade(JsonElement row, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        string completion = RowFields.Text(row, "completion");
        string format = RowFields.Text(row, "format");
        if (NamedFormats.Check(completion, format, out double value) is not { } verdict) throw new RowException($"there is no format '{format}': {string.Join(", ", NamedFormats.All)}");
        writer.WriteBoolean("ok", verdict.Ok);
        writer.WriteNumber("value", value);
        writer.WriteString("think", verdict.Think);
        writer.WriteString("answer", verdict.Answer);
        writer.WriteString("reason", verdict.Reason);
    }
}
