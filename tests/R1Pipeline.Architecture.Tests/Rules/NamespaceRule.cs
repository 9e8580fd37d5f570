using System.Text.RegularExpressions;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>Folder = namespace, in the product and in the tests.</summary>
internal static partial class NamespaceRule
{
    public static IEnumerable<string> Violations(RepositoryTree tree)
    {
        foreach (string path in tree.Paths.Where(path => path.EndsWith(".cs", StringComparison.Ordinal)))
        {
            string[] parts = path.Split('/');
            if (parts.Length < 3) continue;
            Match declared = Declaration().Match(tree.Text(path));

            // Top-level programs and assembly attributes declare none.
            if (!declared.Success) continue;
            string expected = string.Join('.', parts[1..^1]);
            if (declared.Groups["name"].Value != expected) yield return $"{path}: namespace {declared.Groups["name"].Value}, its folder says {expected}";
        }
    }

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
