using System.Text.Json;

namespace R1Pipeline.Tests.Data;

/// <summary>The reference data beside the repository (a sibling folder <c>shared</c>, or R1_SHARED). A test that needs a file that is not there is skipped and says so.</summary>
internal static class SharedFiles
{
    public static string Path(string relative)
    {
        string? root = Environment.GetEnvironmentVariable("R1_SHARED");
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); root is null && folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(System.IO.Path.Combine(candidate, "fixtures"))) root = candidate;
        }

        string path = System.IO.Path.Combine(root ?? "shared", relative);
        if (!File.Exists(path) && !Directory.Exists(path)) Assert.Skip($"no {relative} in ../shared: set R1_SHARED to the folder of reference data");
        return path;
    }

    public static IEnumerable<JsonElement> JsonLines(string relative)
    {
        foreach (string line in File.ReadLines(Path(relative)))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }
}
