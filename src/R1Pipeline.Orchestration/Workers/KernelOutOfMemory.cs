using System.Globalization;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>How often the kernel's out-of-memory killer struck on this machine since boot: the only witness when it kills a worker. 0 where it cannot be read.</summary>
internal static class KernelOutOfMemory
{
    private const string Counters = "/proc/vmstat";
    private const string Name = "oom_kill ";

    /// <summary>The counter now.</summary>
    public static long Count()
    {
        if (!File.Exists(Counters)) return 0;
        string? line = File.ReadLines(Counters).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }
}
