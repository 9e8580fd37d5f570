using R1Pipeline.Architecture.Tests.Rules;

namespace R1Pipeline.Architecture.Tests;

/// <summary>Holds the house rules, and shows for each that it catches a planted violation.</summary>
public sealed class RepositoryRulesTests
{
    private static readonly RepositoryTree Tree = RepositoryTree.Load();

    private static readonly Dictionary<string, Func<RepositoryTree, IEnumerable<string>>> Rules = new()
    {
        [nameof(ProjectGraphRule)] = ProjectGraphRule.Violations,
        [nameof(PackageRoomsRule)] = PackageRoomsRule.Violations,
        [nameof(NamespaceRule)] = NamespaceRule.Violations,
        [nameof(OnePublicTypeRule)] = OnePublicTypeRule.Violations,
        [nameof(FileLengthRule)] = FileLengthRule.Violations,
        [nameof(SynchronousTrainingRule)] = SynchronousTrainingRule.Violations,
        [nameof(PlacedTensorsRule)] = PlacedTensorsRule.Violations,
        [nameof(BannedWordsRule)] = BannedWordsRule.Violations,
        [nameof(TopLevelRule)] = TopLevelRule.Violations,
        [nameof(ReadmeMapRule)] = ReadmeMapRule.Violations,
        [nameof(ComposeRule)] = ComposeRule.Violations,
        [nameof(SystemdUnitRule)] = SystemdUnitRule.Violations,
    };

    public static TheoryData<string> RuleNames => [.. Rules.Keys];

    /// <summary>Rule, path of the planted file, its text, a piece of the message that must name it.</summary>
    public static TheoryData<string, string, string, string> Planted => new()
    {
        { nameof(ProjectGraphRule), "src/R1Pipeline.Contracts/R1Pipeline.Contracts.csproj", """<ProjectReference Include="../R1Pipeline.Data/R1Pipeline.Data.csproj" />""", "R1Pipeline.Contracts references R1Pipeline.Data" },
        { nameof(ProjectGraphRule), "src/R1Pipeline.Daemon/R1Pipeline.Daemon.csproj", "<Project />", "R1Pipeline.Daemon does not reference R1Pipeline.Orchestration" },
        { nameof(ProjectGraphRule), "src/R1Pipeline.Utilities/R1Pipeline.Utilities.csproj", "<Project />", "R1Pipeline.Utilities is not a room" },
        { nameof(ProjectGraphRule), "src/R1Pipeline.Cli/R1Pipeline.Cli.csproj", """<ProjectReference Include="../R1Pipeline.Worker/R1Pipeline.Worker.csproj" />""", "R1Pipeline.Cli takes R1Pipeline.Worker into its own output" },
        { nameof(PackageRoomsRule), "src/R1Pipeline.Cli/R1Pipeline.Cli.csproj", """<PackageReference Include="TorchSharp" />""", "package TorchSharp belongs to R1Pipeline.Training" },
        { nameof(PackageRoomsRule), "src/R1Pipeline.Data/R1Pipeline.Data.csproj", """<PackageReference Include="Left.Pad" />""", "package Left.Pad has no room" },
        { nameof(NamespaceRule), "src/R1Pipeline.Data/Rows/Planted.cs", "namespace R1Pipeline.Data;", "its folder says R1Pipeline.Data.Rows" },
        { nameof(OnePublicTypeRule), "src/R1Pipeline.Data/Rows/Planted.cs", "public sealed class One { }\n\npublic enum Two { }\n", "Two beside One" },
        { nameof(FileLengthRule), "stages/R1Pipeline.Stages/Planted.cs", new string('\n', 401), "401 lines" },
        { nameof(SynchronousTrainingRule), "src/R1Pipeline.Training/Loops/Planted.cs", "        await Task.Yield();\n", "Planted.cs:1" },
        { nameof(PlacedTensorsRule), "src/R1Pipeline.Training/Loops/Planted.cs", "        Tensor x = zeros([1, Size(2)], dtype: ScalarType.Bool);\n", "Planted.cs:1" },
        { nameof(PlacedTensorsRule), "src/R1Pipeline.Training/Loops/Planted.cs", "        using var x = torch.tensor(\n            values);\n", "Planted.cs:1" },
        { nameof(BannedWordsRule), "pipelines/planted.yaml", "# TO" + "DO: tune\n", "planted.yaml:1" },
        { nameof(BannedWordsRule), "src/R1Pipeline.Data/Planted.cs", "throw new NotImplemented" + "Exception();\n", "Planted.cs:1" },
        { nameof(TopLevelRule), "scripts/planted.sh", "", "scripts does not belong" },
        { nameof(ComposeRule), "docker-compose.yml", "name: planted\nservices: { daemon: { image: planted } }", "does not know the key name" },
        { nameof(ComposeRule), "docker-compose.yml", "services: { daemon: { image: 'planted:latest', user: root, stop_grace_period: 130s } }", "image 'planted:latest' is not pinned" },
        { nameof(ComposeRule), "docker-compose.yml", "services: { daemon: { image: 'planted:latest', user: root, stop_grace_period: 130s } }", "user 'root'" },
        { nameof(ComposeRule), "docker-compose.yml", "services: { daemon: { image: 'planted:latest', user: root, stop_grace_period: 130s } }", "130s is not longer than the daemon takes (130 s)" },
        { nameof(ComposeRule), "src/R1Pipeline.Daemon/Dockerfile", "FROM planted:1.0\nENTRYPOINT [\"r1-daemon\"]\n", "ends as root" },
        { nameof(SystemdUnitRule), "src/R1Pipeline.Daemon/r1-daemon.service", "[Service]\nType=notify\nTimeoutStopSec=100\n", "TimeoutStopSec is not longer" },
        { nameof(ReadmeMapRule), "README.md", "see `src/R1Pipeline.Nowhere/Map.cs`", "src/R1Pipeline.Nowhere/Map.cs" },
    };

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void Rule_Repository_IsKept(string rule) => Assert.Empty(Rules[rule](Tree));

    [Theory]
    [MemberData(nameof(Planted))]
    public void Rule_PlantedViolation_IsCaught(string rule, string path, string text, string message)
    {
        IEnumerable<string> found = Rules[rule](Tree.With(path, text));

        Assert.Contains(found, violation => violation.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void OnePublicType_ClosedFamily_MayStandTogether()
    {
        RepositoryTree tree = Tree.With("src/R1Pipeline.Data/Rows/Planted.cs", "public abstract record Shape;\n\npublic sealed record Circle(int R) : Shape;\n");

        Assert.DoesNotContain(OnePublicTypeRule.Violations(tree), violation => violation.Contains("Planted", StringComparison.Ordinal));
    }
}
