namespace R1Pipeline.Benchmarks.Torture;

/// <summary>Copies state folders at rest: a run starts from a finished base without computing it again.</summary>
internal static class StateFolders
{
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string folder in Directory.GetDirectories(from)) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
