namespace R1Pipeline.Orchestration.Workers;

/// <summary>Finds the worker executable: named by the caller, beside the application (published), or in its own build output (in the repository).</summary>
public static class WorkerLocator
{
    /// <summary>Finds it.</summary>
    /// <param name="named">Value of <c>R1_WORKER</c>; null or empty: not set.</param>
    /// <exception cref="RunRefusedException">There is none; exit code 4.</exception>
    public static WorkerCommand Find(string? named)
    {
        if (!string.IsNullOrEmpty(named))
        {
            if (!File.Exists(named)) throw Missing($"R1_WORKER names {named}, which does not exist");
            return Command(Path.GetFullPath(named));
        }

        var searched = Candidates(AppContext.BaseDirectory).ToList();
        var found = searched.FirstOrDefault(File.Exists) ?? throw Missing($"no worker executable at {string.Join(" or ", searched)}");
        return Command(found);
    }

    private static IEnumerable<string> Candidates(string application)
    {
        var name = OperatingSystem.IsWindows() ? "r1-worker.exe" : "r1-worker";
        yield return Path.Combine(application, name);
        yield return Path.Combine(application, "worker", name);

        // In the repository: <root>/src/R1Pipeline.Cli/bin/<configuration>/net10.0/ → <root>/src/R1Pipeline.Worker/bin/<configuration>/net10.0/.
        var framework = new DirectoryInfo(application);
        var configuration = framework.Parent;
        var projects = configuration?.Parent?.Parent?.Parent;
        if (projects is null) yield break;
        foreach (var root in new[] { projects.FullName, Path.Combine(projects.Parent?.FullName ?? projects.FullName, "src") }.Distinct())
        {
            yield return Path.Combine(root, "R1Pipeline.Worker", "bin", configuration!.Name, framework.Name, name);
        }
    }

    private static WorkerCommand Command(string path) =>
        Path.GetExtension(path).Equals(".dll", StringComparison.OrdinalIgnoreCase) ? new WorkerCommand("dotnet", [path]) : new WorkerCommand(path, []);

    private static RunRefusedException Missing(string what) =>
        new($"{what}; build it (dotnet build -c Release src/R1Pipeline.Worker) or set R1_WORKER to its path", exitCode: 4);
}
