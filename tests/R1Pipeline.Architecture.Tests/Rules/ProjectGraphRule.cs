using System.Text.RegularExpressions;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>Projects reference exactly what the design's arrows allow, and nothing else.</summary>
internal static partial class ProjectGraphRule
{
    /// <summary>
    /// Project → what it references. Two arrows are not in the design's drawing: Definition → Data (checking every row before a run needs the row reader)
    /// and Cli → Rewards (<c>r1 grade</c> grades files in its own process; Rewards carries no tensor library).
    /// Rewards → Jail is the program that confines code under test.
    /// Cli → Worker, Cli → Daemon and Rewards → Jail are built with it and started by it, never part of it (<c>ReferenceOutputAssembly="false"</c>).
    /// </summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["R1Pipeline.Contracts"] = [],
        ["R1Pipeline.Data"] = ["R1Pipeline.Contracts"],
        ["R1Pipeline.Definition"] = ["R1Pipeline.Contracts", "R1Pipeline.Data"],
        ["R1Pipeline.Artifacts"] = ["R1Pipeline.Contracts"],
        ["R1Pipeline.Jail"] = [],
        ["R1Pipeline.Rewards"] = ["R1Pipeline.Contracts", "R1Pipeline.Jail"],
        ["R1Pipeline.Training"] = ["R1Pipeline.Data"],
        ["R1Pipeline.StageHost"] = ["R1Pipeline.Artifacts"],
        ["R1Pipeline.Orchestration"] = ["R1Pipeline.Artifacts", "R1Pipeline.Definition"],
        ["R1Pipeline.Stages"] = ["R1Pipeline.Data", "R1Pipeline.Rewards", "R1Pipeline.StageHost", "R1Pipeline.Training"],
        ["R1Pipeline.Worker"] = ["R1Pipeline.Stages"],
        ["R1Pipeline.Daemon"] = ["R1Pipeline.Orchestration"],
        ["R1Pipeline.Dashboard"] = ["R1Pipeline.Orchestration"],
        ["R1Pipeline.Cli"] = ["R1Pipeline.Daemon", "R1Pipeline.Orchestration", "R1Pipeline.Rewards", "R1Pipeline.Worker"],
    };

    private static readonly Dictionary<string, string[]> StartedOnly = new()
    {
        ["R1Pipeline.Cli"] = ["R1Pipeline.Daemon", "R1Pipeline.Worker"],
        ["R1Pipeline.Rewards"] = ["R1Pipeline.Jail"],
    };

    public static IEnumerable<string> Violations(RepositoryTree tree)
    {
        foreach ((string name, string text) in tree.Projects)
        {
            // Test projects reference what they test.
            if (tree.Paths.Any(path => path == $"tests/{name}/{name}.csproj")) continue;
            if (!Allowed.TryGetValue(name, out string[]? allowed))
            {
                yield return $"{name} is not a room of the design";
                continue;
            }
            var references = Reference().Matches(text).ToDictionary(match => Path.GetFileNameWithoutExtension(match.Groups["path"].Value.Replace('\\', '/')), match => match.Value);
            foreach (string extra in references.Keys.Except(allowed)) yield return $"{name} references {extra}";
            foreach (string missing in allowed.Except(references.Keys)) yield return $"{name} does not reference {missing}, as the table says";
            foreach (string started in StartedOnly.GetValueOrDefault(name, []).Where(references.ContainsKey))
            {
                if (!references[started].Contains("ReferenceOutputAssembly=\"false\"", StringComparison.Ordinal)) yield return $"{name} takes {started} into its own output";
            }
        }
    }

    [GeneratedRegex("""<ProjectReference\s[^>]*Include="(?<path>[^"]+)"[^>]*>""")]
    private static partial Regex Reference();
}
