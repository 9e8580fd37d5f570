namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>Folders of one task outside the sandbox; named by chance, so that no other user can have put something there.</summary>
internal static class SandboxFolder
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static string Create(string name, bool writable)
    {
        string path = Directory.CreateTempSubdirectory($"r1-{name}-").FullName;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, writable ? Readable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite : Readable);
        return path;
    }
}
