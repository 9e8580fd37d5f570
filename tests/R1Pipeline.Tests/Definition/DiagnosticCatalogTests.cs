using System.Reflection;
using System.Text.RegularExpressions;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Tests.Definition;

public sealed partial class DiagnosticCatalogTests
{
    [Fact]
    public void All_EveryCode_HasItsTextAndViceVersa()
    {
        IEnumerable<string> codes = typeof(DiagnosticCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal(codes.Order(), DiagnosticCatalog.All.Select(info => info.Code));
        Assert.All(DiagnosticCatalog.All, info => Assert.All([info.Title, info.Explanation, info.Wrong, info.Right], text => Assert.False(string.IsNullOrWhiteSpace(text))));
        Assert.All(DiagnosticCatalog.All, info => Assert.NotEqual(info.Wrong, info.Right));
    }

    [Fact]
    public void Codes_EachIsReportedSomewhereInTheRoom()
    {
        string source = string.Concat(Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src", "R1Pipeline.Definition"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("Diagnostics.cs", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"))
            .Select(File.ReadAllText));
        IEnumerable<string> used = CodeUse().Matches(source).Select(match => match.Groups[1].Value).Distinct();

        Assert.Equal(typeof(DiagnosticCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.Name).Order(), used.Order());
        Assert.DoesNotContain("\"R1", source.Replace("public const string", "").Replace("= \"R1", ""));
    }

    [Fact]
    public void Find_AnyCase_FindsTheEntry()
    {
        Assert.Equal("R1015", DiagnosticCatalog.Find("r1015")!.Code);
        Assert.Null(DiagnosticCatalog.Find("R9999"));
    }

    [GeneratedRegex(@"DiagnosticCodes\.(\w+)")]
    private static partial Regex CodeUse();
}
