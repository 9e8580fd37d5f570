using System.Text.Json;

namespace R1Pipeline.Tests.Data;

/// <summary>The reference data beside the repository (a sibling folder <c>shared</c>, or R1_SHARED). A test that needs a file that is not there is skipped and says so.</summary>
internal static class SharedFiles
{
    /// <summary>The folders, or with a pattern the files, below a folder: each a case of a theory, so that a new one is tested without being listed. A name of none where the data is absent.</summary>
    public static IEnumerable<string> Names(string relative, string? filePattern = null)
    {
        string folder = Locate(relative);
        if (!Directory.Exists(folder)) return ["absent"];
        return (filePattern is null ? Directory.GetDirectories(folder) : Directory.GetFiles(folder, filePattern)).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal);
    }

    public static string Path(string relative)
    {
        string path = Locate(relative);
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

    private static string Locate(string relative)
    {
        string? root = Environment.GetEnvironmentVariable("R1_SHARED");
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); root is null && folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(System.IO.Path.Combine(candidate, "fixtures"))) root = candidate;
        }

        return System.IO.Path.Combine(root ?? "shared", relative);
    }
}
