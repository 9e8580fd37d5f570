using System.Text.Json;

namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>The shared reference data: <c>R1_SHARED</c>, else a folder <c>shared</c> beside the repository. A test that needs it skips where it is absent.</summary>
internal static class SharedFolder
{
    public static string Path(params string[] parts)
    {
        string root = Environment.GetEnvironmentVariable("R1_SHARED") ?? System.IO.Path.Combine(R1.Root, "..", "shared");
        string path = System.IO.Path.GetFullPath(System.IO.Path.Combine([root, .. parts]));
        if (!System.IO.Path.Exists(path)) Assert.Skip($"{System.IO.Path.Combine(parts)} is not beside this repository (set R1_SHARED to the folder of reference data)");
        return path;
    }

    public static JsonElement Json(params string[] parts)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path(parts)));
        return document.RootElement.Clone();
    }
}
