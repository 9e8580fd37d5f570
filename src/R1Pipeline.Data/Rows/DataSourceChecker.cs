using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Rows;

/// <summary>Reads every row of a source before anything runs, and finds all problems at once.</summary>
public static class DataSourceChecker
{
    /// <summary>
    /// Problems in file order; empty: every row is good. A row must have all fields of one of <paramref name="alternatives"/> (row field names; empty: any row will do).
    /// Generated sources have none. <paramref name="limit"/> ends the search early.
    /// </summary>
    public static IReadOnlyList<DataRowProblem> Check(DataSourceDefinition source, IReadOnlyList<IReadOnlyList<string>> alternatives, int limit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(source);
        var problems = new List<DataRowProblem>();
        if (source.Path is not { } path) return problems;
        try
        {
            using JsonLinesFile file = JsonLinesFile.Open(path);
            var parser = new RowParser(source, alternatives);
            int rows = 0;
            foreach ((int number, ReadOnlyMemory<byte> line) in file.Lines())
            {
                if (rows == source.Rows || problems.Count >= limit) break;
                parser.Parse(number, line, problems);
                rows++;
            }

            if (rows == 0) problems.Add(new DataRowProblem(path, 0, 0, null, "the file has no rows"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new DataRowProblem(path, 0, 0, null, $"the file cannot be read: {e.Message}"));
        }
        catch (StageFailedException e)
        {
            problems.Add(new DataRowProblem(path, 0, 0, null, e.Message));
        }

        return problems;
    }
}
