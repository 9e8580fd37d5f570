using System.Text.RegularExpressions;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>No <c>await</c> where tensors live: dispose scopes are bound to their thread, and what follows an await may run on another.</summary>
internal static partial class SynchronousTrainingRule
{
    public static IEnumerable<string> Violations(RepositoryTree tree) => tree.Sources
        .Where(path => path.StartsWith("src/R1Pipeline.Training/", StringComparison.Ordinal))
        .SelectMany(path => tree.Text(path).Split('\n').Select((line, index) => (path, line, number: index + 1)))
        .Where(found => Await().IsMatch(Comment().Replace(found.line, "")))
        .Select(found => $"{found.path}:{found.number}: {found.line.Trim()}");

    [GeneratedRegex(@"\bawait\b|\basync\b")]
    private static partial Regex Await();

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();
}
