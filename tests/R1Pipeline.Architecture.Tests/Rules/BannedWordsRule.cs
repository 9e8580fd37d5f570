using System.Text.RegularExpressions;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>Nothing that admits to be unfinished is in the repository.</summary>
internal static class BannedWordsRule
{
    // Put together here, so that this file does not break its own rule.
    private static readonly string[] Words = ["NotImplemented" + "Exception", "TO" + "DO", "FIX" + "ME"];
    private static readonly Regex Banned = new($@"\b({string.Join('|', Words)})\b");

    public static IEnumerable<string> Violations(RepositoryTree tree) => tree.Paths
        .SelectMany(path => tree.Text(path).Split('\n').Select((line, index) => (path, line, number: index + 1)))
        .Where(found => Banned.IsMatch(found.line))
        .Select(found => $"{found.path}:{found.number}: {found.line.Trim()}");
}
