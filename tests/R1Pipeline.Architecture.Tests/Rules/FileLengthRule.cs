namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>No file of the product is longer than 400 lines, no test longer than 600.</summary>
internal static class FileLengthRule
{
    private const int MaxSourceLines = 400, MaxTestLines = 600;

    public static IEnumerable<string> Violations(RepositoryTree tree)
    {
        foreach (string path in tree.Paths.Where(path => path.EndsWith(".cs", StringComparison.Ordinal)))
        {
            int lines = tree.Text(path).Count(character => character == '\n');
            int limit = path.StartsWith("tests/", StringComparison.Ordinal) ? MaxTestLines : MaxSourceLines;
            if (lines > limit) yield return $"{path}: {lines} lines, the limit is {limit}";
        }
    }
}
