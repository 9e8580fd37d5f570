using System.Diagnostics;

namespace R1Pipeline.Tests.Artifacts;

/// <summary>A real file system of a megabyte or so: what a full disk is tested with.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Mounts a tmpfs; null where that is not allowed.</summary>
    public static SmallDisk? TryMount(string path, int megabytes)
    {
        Directory.CreateDirectory(path);
        return OperatingSystem.IsLinux() && Environment.UserName == "root" && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path) == 0 ? new SmallDisk(path) : null;
    }

    /// <summary>Takes all the space that is left; deleting the file of that name gives it back.</summary>
    public void Fill(string name)
    {
        using var ballast = new FileStream(System.IO.Path.Combine(Path, name), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] page = new byte[4096];
        try
        {
            while (true) ballast.Write(page);
        }
        catch (IOException) when (new DriveInfo(Path).AvailableFreeSpace == 0)
        {
            // That is what was wanted.
        }
    }

    /// <summary>From here on nothing can be written.</summary>
    public void MakeReadOnly() => Assert.Equal(0, Run("mount", "-o", "remount,ro", Path));

    public void Dispose() => Assert.Equal(0, Run("umount", Path));

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
