namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Finds the shared reference data: <c>R1_SHARED</c>, else a folder <c>shared</c> beside the repository. A test that needs it skips where it is absent.</summary>
internal static class SharedFixtures
{
    /// <summary>The folders of a fixture, each a case of a theory: a new one is tested without being listed anywhere. A name of none where the fixtures are absent, so that the test skips.</summary>
    public static IEnumerable<string> Folders(string fixture)
    {
        string path = Locate([fixture]) ?? "";
        return Directory.Exists(path) ? Directory.GetDirectories(path).Select(folder => System.IO.Path.GetFileName(folder)).Order(StringComparer.Ordinal) : ["absent"];
    }

    /// <summary>Demands that a fixture holds these files and no other, so that one that no test reads is noticed.</summary>
    public static void HasOnly(string folder, IEnumerable<string> files) =>
        Assert.Equal(files.Distinct().Order(StringComparer.Ordinal), Directory.EnumerateFiles(folder).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal));

    public static string Path(params string[] parts)
    {
        string? path = Locate(parts);
        if (!System.IO.Path.Exists(path)) Assert.Skip($"the shared fixture {System.IO.Path.Combine(parts)} is not beside this repository (set R1_SHARED to its folder)");
        return path;
    }

    private static string? Locate(string[] parts)
    {
        string? shared = Environment.GetEnvironmentVariable("R1_SHARED");
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); shared is null && at is not null; at = at.Parent)
        {
            string beside = System.IO.Path.Combine(at.FullName, "shared", "fixtures");
            if (Directory.Exists(beside)) shared = System.IO.Path.GetDirectoryName(beside);
        }

        return shared is null ? null : System.IO.Path.Combine([shared, "fixtures", .. parts]);
    }
}
