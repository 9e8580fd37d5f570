using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Data.Chat;

namespace R1Pipeline.Data.Rows;

/// <summary>The rows of a dataset artifact: <c>rows.jsonl</c>, one object a line with the row fields' own names. The same rows give the same bytes.</summary>
public static class DatasetFile
{
    /// <summary>Name of the file inside the artifact.</summary>
    public const string FileName = "rows.jsonl";

    /// <summary>Writes the rows and returns their number.</summary>
    public static int Write(string directory, IEnumerable<DataRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using FileStream stream = File.Create(Path.Combine(directory, FileName));
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = ContractJson.Compact.Encoder });
        int number = 0;
        foreach (DataRow row in rows)
        {
            Write(writer, row);
            writer.Flush();
            writer.Reset();
            stream.WriteByte((byte)'\n');
            number++;
        }

        return number;
    }

    /// <summary>The rows, with <paramref name="stageName"/> as their source.</summary>
    public static IEnumerable<DataRow> Read(string directory, string stageName) =>
        DataSourceReader.Read(new DataSourceDefinition { Name = stageName, Path = Path.Combine(directory, FileName) });

    private static void Write(Utf8JsonWriter writer, DataRow row)
    {
        writer.WriteStartObject();
        writer.WriteString(DataRowFields.Id, row.Id);
        Text(DataRowFields.Text, row.Text);
        switch (row.Prompt)
        {
            case [{ Role: "user" } only]:
                writer.WriteString(DataRowFields.Prompt, only.Content);
                break;
            case { } messages:
                WriteMessages(writer, messages);
                break;
        }

        Text(DataRowFields.Response, row.Response);
        Text(DataRowFields.Think, row.Think);
        Text(DataRowFields.Answer, row.Answer);
        Text(DataRowFields.Gold, row.Gold);
        Text(DataRowFields.Chosen, row.Chosen);
        Text(DataRowFields.Rejected, row.Rejected);
        if (row.IsSafe is { } safe) writer.WriteString(DataRowFields.Label, safe ? RowLineReader.Safe : RowLineReader.Unsafe);
        Text(DataRowFields.Language, row.Language);
        Words(DataRowFields.Must, row.Must);
        Words(DataRowFields.MustNot, row.MustNot);
        Text(DataRowFields.Task, row.Task == TaskKinds.Math ? null : row.Task);
        writer.WriteEndObject();

        void Text(string field, string? value)
        {
            if (value is not null) writer.WriteString(field, value);
        }

        void Words(string field, IReadOnlyList<string>? words)
        {
            if (words is null) return;
            writer.WriteStartArray(field);
            foreach (string word in words) writer.WriteStringValue(word);
            writer.WriteEndArray();
        }
    }

    private static void WriteMessages(Utf8JsonWriter writer, IReadOnlyList<ChatMessage> messages)
    {
        writer.WriteStartArray(DataRowFields.Prompt);
        foreach (ChatMessage message in messages)
        {
            writer.WriteStartObject();
            writer.WriteString("role", message.Role);
            writer.WriteString("content", message.Content);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
