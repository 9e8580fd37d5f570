namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Finds the shared reference data: <c>R1_SHARED</c>, else a folder <c>shared</c> beside the repository. A test that needs it skips where it is absent.</summary>
internal static class SharedFixtures
{
    public static string Path(params string[] parts)
    {
        string? shared = Environment.GetEnvironmentVariable("R1_SHARED");
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); shared is null && at is not null; at = at.Parent)
        {
            string beside = System.IO.Path.Combine(at.FullName, "shared", "fixtures");
            if (Directory.Exists(beside)) shared = System.IO.Path.GetDirectoryName(beside);
        }

        string path = System.IO.Path.Combine([shared ?? "", "fixtures", .. parts]);
        if (shared is null || !System.IO.Path.Exists(path)) Assert.Skip($"the shared fixture {System.IO.Path.Combine(parts)} is not beside this repository (set R1_SHARED to its folder)");
        return path;
    }
}
