namespace R1Pipeline.Data.Rows;

/// <summary>The rows of a dataset artifact: <c>rows.jsonl</c>, one object a line with the row fields' own names.</summary>
public static class DatasetFile
{
    /// <summary>Name of the file inside the artifact.</summary>
    public const string FileName = "rows.jsonl";

    /// <summary>Writes the rows and returns their number.</summary>
    public static int Write(string directory, IEnumerable<DataRow> rows) => throw new NotSupportedException(directory);

    /// <summary>The rows, with <paramref name="stageName"/> as their source.</summary>
    public static IEnumerable<DataRow> Read(string directory, string stageName) => throw new NotSupportedException(directory);
}
