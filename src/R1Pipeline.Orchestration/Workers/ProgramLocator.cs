namespace R1Pipeline.Orchestration.Workers;

/// <summary>Finds a program of this product: named by the user, beside the application (published), or in its own build output (in the repository).</summary>
public static class ProgramLocator
{
    /// <summary>Finds it.</summary>
    /// <param name="named">Value of <paramref name="variable"/>; null or empty: not set.</param>
    /// <param name="variable">Environment variable that names it.</param>
    /// <param name="project">Its project.</param>
    /// <param name="name">Its file name, without the extension that Windows adds.</param>
    /// <returns>Absolute path.</returns>
    /// <exception cref="RunRefusedException">There is none; exit code 4.</exception>
    public static string Find(string? named, string variable, string project, string name)
    {
        if (!string.IsNullOrEmpty(named)) return File.Exists(named) ? Path.GetFullPath(named) : throw Missing($"{variable} names {named}, which does not exist");

        var searched = Candidates(AppContext.BaseDirectory, project, OperatingSystem.IsWindows() ? name + ".exe" : name).ToList();
        return searched.FirstOrDefault(File.Exists) ?? throw Missing($"there is no {name} at {string.Join(" or ", searched)}");

        RunRefusedException Missing(string what) => new($"{what}; build it (dotnet build -c Release src/{project}) or set {variable} to its path", exitCode: 4);
    }

    private static IEnumerable<string> Candidates(string application, string project, string name)
    {
        yield return Path.Combine(application, name);

        // In the repository: <root>/src/R1Pipeline.Cli/bin/<configuration>/net10.0/ → <root>/src/<project>/bin/<configuration>/net10.0/.
        var framework = new DirectoryInfo(application);
        var configuration = framework.Parent;
        var projects = configuration?.Parent?.Parent?.Parent;
        if (projects is null) yield break;
        foreach (var root in new[] { projects.FullName, Path.Combine(projects.Parent?.FullName ?? projects.FullName, "src") }.Distinct())
        {
            yield return Path.Combine(root, project, "bin", configuration!.Name, framework.Name, name);
        }
    }
}
