using System.Text.RegularExpressions;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>One public type a file. A closed family may stand together: an abstract record with the records that derive from it.</summary>
internal static partial class OnePublicTypeRule
{
    public static IEnumerable<string> Violations(RepositoryTree tree)
    {
        foreach (string path in tree.Sources)
        {
            MatchCollection types = PublicType().Matches(tree.Text(path));
            if (types.Count < 2) continue;
            string first = types[0].Groups["name"].Value;
            foreach (Match type in types.Skip(1))
            {
                if (!Regex.IsMatch(type.Groups["bases"].Value, $@":\s*{first}\b")) yield return $"{path}: {type.Groups["name"].Value} beside {first}";
            }
        }
    }

    [GeneratedRegex(@"^public\s+(?:(?:static|sealed|abstract|readonly|partial|unsafe|ref)\s+)*(?:record\s+struct|record\s+class|class|record|struct|interface|enum|delegate\s+[\w<>\[\]?]+)\s+(?<name>\w+)(?<bases>[^{;]*)", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
