using System.Globalization;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>A control group of the kernel whose processes are killed when they take more memory together than it allows. Version 1 and 2.</summary>
internal sealed class MemoryCgroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup";

    private readonly string _folder;

    private MemoryCgroup(string folder) => _folder = folder;

    /// <summary>Makes one; null where that is not allowed.</summary>
    public static MemoryCgroup? TryMake(long limitBytes)
    {
        bool first = Directory.Exists($"{Root}/memory");
        string folder = $"{Root}/{(first ? "memory/" : "")}r1-test-{Guid.NewGuid():N}";
        (string limit, string swap) = first ? ("memory.limit_in_bytes", "memory.swappiness") : ("memory.max", "memory.swap.max");
        try
        {
            Directory.CreateDirectory(folder);
            var made = new MemoryCgroup(folder);
            // In version 2 the file is there only where the parent hands the memory controller down.
            if (File.Exists($"{folder}/{limit}"))
            {
                File.WriteAllText($"{folder}/{limit}", limitBytes.ToString(CultureInfo.InvariantCulture));
                File.WriteAllText($"{folder}/{swap}", "0");
                return made;
            }
            made.Dispose();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A command line that starts what follows it inside.</summary>
    public string[] Inside() => ["sh", "-c", $"echo $$ > {_folder}/cgroup.procs && exec \"$@\"", "sh"];

    public void Dispose() => Directory.Delete(_folder);
}
