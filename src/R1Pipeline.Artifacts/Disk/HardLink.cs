using System.Runtime.InteropServices;

namespace R1Pipeline.Artifacts.Disk;

/// <summary>A second name for the same bytes: they go when the last name goes. Where the system or the file system has none, it says so and the caller writes a copy.</summary>
internal static partial class HardLink
{
    /// <summary>Gives a file a second name. False: not here (another file system, too many names, not supported, the file is gone).</summary>
    public static bool TryCreate(string existing, string name) => !OperatingSystem.IsWindows() && Link(existing, name) == 0;

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
