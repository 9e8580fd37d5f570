using R1Pipeline.Contracts.Data;

namespace R1Pipeline.Data.Rows;

/// <summary>Reads the rows of a source, file and generated alike, one at a time.</summary>
public static class DataSourceReader
{
    /// <summary>
    /// The rows in order. Throws StageFailedException(UserData) with file, line and field at the first bad row, or when the file's bytes are not
    /// those of <see cref="DataSourceDefinition.Sha256"/>. With <paramref name="alternatives"/> a row must have all fields of one of them.
    /// </summary>
    public static IEnumerable<DataRow> Read(DataSourceDefinition source, IReadOnlyList<IReadOnlyList<string>>? alternatives = null) => throw new NotSupportedException(source?.Name);
}
