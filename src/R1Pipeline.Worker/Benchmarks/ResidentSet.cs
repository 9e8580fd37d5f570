using System.Globalization;

namespace R1Pipeline.Worker.Benchmarks;

/// <summary>The resident set of this process as the kernel counts it (Linux), in bytes.</summary>
internal static class ResidentSet
{
    /// <summary>Now.</summary>
    public static long Now() => Status("VmRSS:");

    /// <summary>At its highest since the process began.</summary>
    public static long Peak() => Status("VmHWM:");

    private static long Status(string key)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line[key.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
    }
}
