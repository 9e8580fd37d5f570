namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>Finds r1-jail: named, or beside this program.</summary>
internal static class JailProgram
{
    public const string Variable = "R1_JAIL";

    /// <summary>The words that start each one that is there, the one compiled ahead of time first.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Find()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "jail");
        IEnumerable<string> files = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? [Path.GetFullPath(named)] : [Path.Combine(folder, "r1-jail"), Path.Combine(folder, "r1-jail.dll")];
        return [.. files.Where(File.Exists).Select(Words).OfType<IReadOnlyList<string>>()];
    }

    private static IReadOnlyList<string>? Words(string path) => !path.EndsWith(".dll", StringComparison.Ordinal) ? [path]
        : DotnetHost() is { } host ? [host, path] : null;

    /// <summary>The dotnet command that runs this program, or that the machine has.</summary>
    internal static string? DotnetHost() => new[] { Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"), Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet")), "/usr/bin/dotnet" }
        .FirstOrDefault(path => path is not null && File.Exists(path));
}
