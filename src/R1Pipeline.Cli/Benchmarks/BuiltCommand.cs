using R1Pipeline.Orchestration;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary>This very executable, to be started as a user would.</summary>
internal static class BuiltCommand
{
    /// <summary>Its path.</summary>
    /// <exception cref="RunRefusedException">It is not there; exit code 4.</exception>
    public static string Find()
    {
        string path = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "r1.exe" : "r1");
        return File.Exists(path) ? path : throw new RunRefusedException($"{path} does not exist: build it (dotnet build -c Release src/R1Pipeline.Cli)", ExitCode.EnvironmentLacks);
    }
}
