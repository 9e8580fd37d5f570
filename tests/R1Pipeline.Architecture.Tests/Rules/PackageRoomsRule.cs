using System.Text.RegularExpressions;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>Every package has its rooms: a library that is met in one place can be replaced in one place.</summary>
internal static partial class PackageRoomsRule
{
    private static readonly Dictionary<string, string[]> Rooms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Dapper"] = ["R1Pipeline.Orchestration"],
        ["dbup-postgresql"] = ["R1Pipeline.Orchestration"],
        ["dbup-sqlite"] = ["R1Pipeline.Orchestration"],
        ["Microsoft.Data.Sqlite"] = ["R1Pipeline.Orchestration"],
        ["Microsoft.Diagnostics.Runtime"] = ["R1Pipeline.StageHost"],
        ["Microsoft.Extensions.AI.OpenAI"] = ["R1Pipeline.Rewards"],
        ["Microsoft.Extensions.Hosting"] = ["R1Pipeline.Cli"],
        ["Microsoft.Extensions.Hosting.Abstractions"] = ["R1Pipeline.Orchestration"],
        ["Microsoft.Extensions.Hosting.Systemd"] = ["R1Pipeline.Daemon"],
        ["NJsonSchema"] = ["R1Pipeline.Definition", "R1Pipeline.Rewards"],
        ["Npgsql"] = ["R1Pipeline.Orchestration"],
        ["OxyPlot.Core"] = ["R1Pipeline.Orchestration"],
        ["Parquet.Net"] = ["R1Pipeline.Orchestration"],
        ["Polly.Core"] = ["R1Pipeline.Orchestration"],
        ["Polly.RateLimiting"] = ["R1Pipeline.Rewards"],
        ["SearchPioneer.Lingua"] = ["R1Pipeline.Rewards"],
        ["Serilog"] = ["R1Pipeline.Orchestration", "R1Pipeline.StageHost"],
        ["Serilog.Extensions.Hosting"] = ["R1Pipeline.Cli", "R1Pipeline.Daemon"],
        ["Serilog.Formatting.Compact"] = ["R1Pipeline.Daemon", "R1Pipeline.Orchestration", "R1Pipeline.StageHost"],
        ["Serilog.Sinks.Console"] = ["R1Pipeline.Daemon"],
        ["Serilog.Sinks.File"] = ["R1Pipeline.Daemon", "R1Pipeline.Orchestration", "R1Pipeline.StageHost"],
        ["Spectre.Console"] = ["R1Pipeline.Cli"],
        ["System.CommandLine"] = ["R1Pipeline.Cli"],
        ["TorchSharp"] = ["R1Pipeline.Training"],
        ["YamlDotNet"] = ["R1Pipeline.Definition"],
    };

    public static IEnumerable<string> Violations(RepositoryTree tree)
    {
        foreach (string path in tree.Paths.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && !path.StartsWith("tests/", StringComparison.Ordinal)))
        {
            string project = Path.GetFileNameWithoutExtension(path);
            foreach (Match reference in Reference().Matches(tree.Text(path)))
            {
                // Excluded wholly: it only keeps a dependency of TorchSharp's out of the output.
                if (reference.Value.Contains("ExcludeAssets=\"all\"", StringComparison.Ordinal)) continue;
                string package = reference.Groups["name"].Value;
                if (!Rooms.TryGetValue(package, out string[]? rooms)) yield return $"{project}: package {package} has no room";
                else if (!rooms.Contains(project)) yield return $"{project}: package {package} belongs to {string.Join(", ", rooms)}";
            }
        }
    }

    [GeneratedRegex("""<PackageReference\s[^>]*Include="(?<name>[^"]+)"[^>]*>""")]
    private static partial Regex Reference();
}
