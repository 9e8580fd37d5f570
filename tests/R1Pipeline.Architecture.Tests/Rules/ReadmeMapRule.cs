using System.Text.RegularExpressions;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>Every path that the README names in code marks and that looks like one of the repository exists: a map that lies is worse than none.</summary>
internal static partial class ReadmeMapRule
{
    public static IEnumerable<string> Violations(RepositoryTree tree)
    {
        if (!tree.Exists("README.md"))
        {
            yield return "README.md is missing: it holds the map of the house";
            yield break;
        }
        foreach (string path in RepositoryPath().Matches(tree.Text("README.md")).Select(match => match.Groups["path"].Value.TrimEnd('/', '.')).Distinct())
        {
            if (!tree.Exists(path)) yield return $"README.md names {path}, which does not exist";
        }
    }

    // Build outputs (…/bin/…) and wildcards are no entries of the map.
    [GeneratedRegex(@"(?<![\w/.-])(?<path>(?:src|stages|tests|pipelines)/(?!\S*(?:/bin/|/obj/|\*))[\w./-]+)")]
    private static partial Regex RepositoryPath();
}
