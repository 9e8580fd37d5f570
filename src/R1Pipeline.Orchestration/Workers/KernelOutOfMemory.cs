using System.Globalization;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>
/// How often the kernel's out-of-memory killer struck in the memory control group of a worker: the only witness when it kills one. The count of the whole machine
/// would blame it for the end of a worker that was killed in another way meanwhile; it stands in only where the group keeps none (the root of version 2).
/// </summary>
internal sealed class KernelOutOfMemory
{
    private const string Groups = "/sys/fs/cgroup", Machine = "/proc/vmstat", Name = "oom_kill ";

    private readonly string _counters;
    private readonly long _before;

    private KernelOutOfMemory(string counters) => (_counters, _before) = (counters, Count(counters));

    /// <summary>Whether it struck since.</summary>
    public bool Struck => Count(_counters) > _before;

    /// <summary>The count of a living process's group; null where the process is gone, or there is no such killer.</summary>
    public static KernelOutOfMemory? Of(int process)
    {
        try
        {
            return CountersOf(File.ReadAllLines($"/proc/{process}/cgroup")).FirstOrDefault(File.Exists) is { } counters ? new KernelOutOfMemory(counters) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Lines are ID:CONTROLLERS:PATH; in version 2 there is one, without controllers. In a container the path may be the host's, whose files are those at the root then.
    private static IEnumerable<string> CountersOf(string[] memberships)
    {
        foreach (string[] parts in memberships.Select(line => line.Split(':', 3)).Where(parts => parts[1].Split(',').Contains("memory")))
        {
            yield return $"{Groups}/memory{parts[2]}/memory.oom_control";
            yield return $"{Groups}/memory/memory.oom_control";
        }
        foreach (string[] parts in memberships.Select(line => line.Split(':', 3)).Where(parts => parts[1].Length == 0))
        {
            yield return $"{Groups}{parts[2]}/memory.events.local";
            yield return $"{Groups}/memory.events.local";
        }
        yield return Machine;
    }

    private static long Count(string counters)
    {
        // A group may go with its last process.
        string? line = File.Exists(counters) ? File.ReadLines(counters).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) : null;
        return line is null ? 0 : long.Parse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }
}
