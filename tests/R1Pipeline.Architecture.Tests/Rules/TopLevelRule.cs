namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>The top of the repository holds what the owner allows: the four folders, the solution, the compose file, the README, build files and dotfiles.</summary>
internal static class TopLevelRule
{
    private static readonly HashSet<string> Allowed = ["src", "stages", "tests", "pipelines", "R1Pipeline.sln", "docker-compose.yml", "README.md", "LICENSE", "global.json", "nuget.config"];

    public static IEnumerable<string> Violations(RepositoryTree tree) => tree.Paths
        .Select(path => path.Split('/')[0])
        .Distinct()
        .Where(name => !Allowed.Contains(name) && !name.StartsWith('.') && !name.StartsWith("Directory.", StringComparison.Ordinal))
        .Select(name => $"{name} does not belong at the top");
}
