namespace R1Pipeline.Tests.Definition;

/// <summary>Finds the repository and the shared data beside it.</summary>
internal static class Repository
{
    /// <summary>The repository's root folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>Its pipelines folder.</summary>
    public static string Pipelines => Path.Combine(Root, "pipelines");

    /// <summary>The shared data folder, or null where there is none.</summary>
    public static string? SharedData
    {
        get
        {
            string shared = Environment.GetEnvironmentVariable("R1_SHARED") ?? Path.Combine(Root, "..", "shared");
            string data = Path.GetFullPath(Path.Combine(shared, "data"));
            return Directory.Exists(data) ? data : null;
        }
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "R1Pipeline.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"no R1Pipeline.sln above {AppContext.BaseDirectory}");
    }
}
