using R1Pipeline.Contracts.Data;

namespace R1Pipeline.Data.Rows;

/// <summary>Reads every row of a source before anything runs, and finds all problems at once.</summary>
public static class DataSourceChecker
{
    /// <summary>
    /// Problems in file order; empty: every row is good. A row must have all fields of one of <paramref name="alternatives"/> (row field names; empty: any row will do).
    /// Generated sources have none. <paramref name="limit"/> ends the search early.
    /// </summary>
    public static IReadOnlyList<DataRowProblem> Check(DataSourceDefinition source, IReadOnlyList<IReadOnlyList<string>> alternatives, int limit = int.MaxValue) => throw new NotSupportedException(source?.Name);
}
