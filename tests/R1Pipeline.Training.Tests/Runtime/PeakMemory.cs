using System.Globalization;
using System.Runtime.InteropServices;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>
/// What a piece of work needed: bytes that it allocated for managed objects, all counted, and by how much the process's resident set rose at its highest,
/// native memory included. The kernel's high-water mark is set back at the start (Linux only; elsewhere only managed memory is known), and what the allocator kept of
/// earlier work is given back, or this work could have it without a rise.
/// </summary>
internal readonly partial struct PeakMemory
{
    private readonly long _managed;
    private readonly long? _resident;

    private PeakMemory(long managed, long? resident) => (_managed, _resident) = (managed, resident);

    public static PeakMemory Start()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Trim(0);
            File.WriteAllText("/proc/self/clear_refs", "5");
        }

        return new PeakMemory(GC.GetAllocatedBytesForCurrentThread(), Status("VmRSS:"));
    }

    public (long Managed, long? Resident) Stop() => (GC.GetAllocatedBytesForCurrentThread() - _managed, Status("VmHWM:") - _resident);

    private static long? Status(string key)
    {
        if (!OperatingSystem.IsLinux()) return null;
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line[key.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint kept);
}
