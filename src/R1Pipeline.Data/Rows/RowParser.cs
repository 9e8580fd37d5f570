using System.Text.Json;
using R1Pipeline.Contracts.Data;

namespace R1Pipeline.Data.Rows;

/// <summary>
/// One JSON line to a row, by the source's field mapping. Finds every problem of the line. A key that <c>fields</c> names must be there (null and
/// empty count as there); an empty value gives a row without that field, which a stage refuses by its own account.
/// </summary>
internal sealed class RowParser
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    // Keys of these names mean the field whoever wrote the file; text, answer and the like may be something else.
    private static readonly HashSet<string> Unmistakable = [DataRowFields.Prompt, DataRowFields.Gold, DataRowFields.Chosen, DataRowFields.Rejected, DataRowFields.Must, DataRowFields.MustNot];

    private readonly HashSet<string> _needed;

    public RowParser(DataSourceDefinition source, IReadOnlyList<IReadOnlyList<string>>? alternatives)
    {
        Source = source;
        Alternatives = alternatives ?? [];
        Removal = new TextRemoval(source.Name, source.Remove);
        _needed = [.. Alternatives.SelectMany(fields => fields)];
    }

    public DataSourceDefinition Source { get; }

    /// <summary>Sets of fields of which a row must have one whole; empty: any row will do.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Alternatives { get; }

    public TextRemoval Removal { get; }

    public string Path => Source.Path ?? Source.Name;

    /// <summary>Whether a value of the wrong type is an error: a key that merely shares a field's name and is not asked for is left alone.</summary>
    public bool Matters(string field) => _needed.Contains(field) || Source.Fields.ContainsKey(field) || Unmistakable.Contains(field);

    /// <summary>The row, or null after at least one problem was added.</summary>
    public DataRow? Parse(int number, ReadOnlyMemory<byte> line, List<DataRowProblem> problems)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new RowLineReader(this, number, line, document.RootElement, problems).Row();
            problems.Add(new DataRowProblem(Path, number, 1, null, $"the line is a JSON {document.RootElement.ValueKind.ToString().ToLowerInvariant()}, not an object"));
        }
        catch (JsonException e)
        {
            problems.Add(new DataRowProblem(Path, number, (int)(e.BytePositionInLine ?? 0) + 1, null, $"the line is not JSON: {Sentence(e.Message)}"));
        }
        catch (InvalidOperationException e) when (e.InnerException is System.Text.DecoderFallbackException or null)
        {
            problems.Add(new DataRowProblem(Path, number, 1, null, "the line is not UTF-8, or escapes half a character"));
        }

        return null;
    }

    // The serializer appends "LineNumber: 0 | BytePositionInLine: 7.", which this file's own position replaces.
    private static string Sentence(string message)
    {
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return position < 0 ? message : message[..position];
    }
}
