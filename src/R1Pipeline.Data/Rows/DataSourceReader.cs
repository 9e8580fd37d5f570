using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Generators;

namespace R1Pipeline.Data.Rows;

/// <summary>Reads the rows of a source, file and generated alike, one at a time.</summary>
public static class DataSourceReader
{
    /// <summary>
    /// The rows in order. Throws StageFailedException(UserData) with file, line and field at the first bad row, or when the file's bytes are not
    /// those of <see cref="DataSourceDefinition.Sha256"/>. With <paramref name="alternatives"/> a row must have all fields of one of them.
    /// </summary>
    public static IEnumerable<DataRow> Read(DataSourceDefinition source, IReadOnlyList<IReadOnlyList<string>>? alternatives = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Addition is null ? ReadFile(source, alternatives) : AdditionRows.Generate(source);
    }

    private static IEnumerable<DataRow> ReadFile(DataSourceDefinition source, IReadOnlyList<IReadOnlyList<string>>? alternatives)
    {
        string path = source.Path ?? throw new ArgumentException($"source {source.Name} has neither a path nor a generator", nameof(source));
        if (!File.Exists(path)) throw new StageFailedException(StageFailureClass.UserData, $"{path}: the file of data source {source.Name} does not exist");
        using JsonLinesFile file = JsonLinesFile.Open(path);
        if (source.Sha256 is { } expected && file.Sha256() != expected)
            throw new StageFailedException(StageFailureClass.UserData, $"{path}: the file of data source {source.Name} changed after the run was planned; start a new run, or put the old file back");

        var parser = new RowParser(source, alternatives);
        var problems = new List<DataRowProblem>();
        int rows = 0;
        foreach ((int number, ReadOnlyMemory<byte> line) in file.Lines())
        {
            if (rows++ == source.Rows) yield break;
            yield return parser.Parse(number, line, problems)
                ?? throw new StageFailedException(StageFailureClass.UserData, $"{problems[0].Path}:{problems[0].Line}:{problems[0].Column}: {problems[0].Message}");
        }
    }
}
