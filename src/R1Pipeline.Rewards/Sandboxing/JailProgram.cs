namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>Finds r1-jail: named, beside this program, or in the build folder of its project.</summary>
internal static class JailProgram
{
    public const string Variable = "R1_JAIL";

    /// <summary>The words that start it; null: there is none.</summary>
    public static IReadOnlyList<string>? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return File.Exists(named) ? Words(Path.GetFullPath(named)) : null;
        foreach (string folder in Folders())
        {
            foreach (string file in new[] { "native/r1-jail", "r1-jail.dll" })
            {
                string path = Path.Combine(folder, file);
                if (File.Exists(path)) return Words(path);
            }
        }
        return null;
    }

    private static IReadOnlyList<string>? Words(string path) => !path.EndsWith(".dll", StringComparison.Ordinal) ? [path]
        : DotnetHost() is { } host ? [host, path] : null;

    /// <summary>The dotnet command that runs this program, or that the machine has.</summary>
    internal static string? DotnetHost() => new[] { Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"), Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet")), "/usr/bin/dotnet" }
        .FirstOrDefault(path => path is not null && File.Exists(path));

    private static IEnumerable<string> Folders()
    {
        string own = AppContext.BaseDirectory.TrimEnd('/');
        yield return own;

        // …/PROJECT/bin/CONFIGURATION/FRAMEWORK of a build: the jail lies in the same folders of its own project.
        string[] parts = own.Split('/');
        if (parts.Length < 5) yield break;
        string tail = string.Join('/', parts[^3..]);
        for (string? folder = Path.GetDirectoryName(own); folder is not null; folder = Path.GetDirectoryName(folder)) yield return Path.Combine(folder, "src/R1Pipeline.Jail", tail);
    }
}
