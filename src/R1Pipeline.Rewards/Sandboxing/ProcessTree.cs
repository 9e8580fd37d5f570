using System.Globalization;

namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>Looks at a process and all that come from it, by <c>/proc</c>.</summary>
internal static class ProcessTree
{
    /// <summary>Resident memory, files aside, of the process, its descendants, its group and all processes of the user, bytes.</summary>
    public static long ResidentBytes(int root, uint? user)
    {
        Dictionary<int, ProcessStatus> processes = All();
        return processes.Where(entry => entry.Value.User == user || entry.Value.Group == root || Descends(entry.Key)).Sum(entry => entry.Value.ResidentBytes);

        bool Descends(int process)
        {
            for (int depth = 0; depth < 256 && process > 1; depth++)
            {
                if (process == root) return true;
                if (!processes.TryGetValue(process, out ProcessStatus entry)) return false;
                process = entry.Parent;
            }
            return false;
        }
    }

    /// <summary>Processes and threads of this process's own user: what the kernel counts against its limit.</summary>
    public static int Tasks()
    {
        Dictionary<int, ProcessStatus> processes = All();
        return processes.TryGetValue(Environment.ProcessId, out ProcessStatus own) ? processes.Values.Where(one => one.User == own.User).Sum(one => one.Threads) : 0;
    }

    /// <summary>Processes of this process's own user whose environment, as they were started, has this entry.</summary>
    public static IEnumerable<int> WithEnvironment(string entry)
    {
        foreach (int process in All().Keys)
        {
            string environment;
            try
            {
                environment = File.ReadAllText($"/proc/{process}/environ");
            }
            catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
            {
                // Another user's, or it ended meanwhile.
                continue;
            }
            if (environment.Split('\0').Contains(entry)) yield return process;
        }
    }

    private static Dictionary<int, ProcessStatus> All()
    {
        var processes = new Dictionary<int, ProcessStatus>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int process)) continue;
            try
            {
                ProcessStatus status = default;
                foreach (string line in File.ReadLines(Path.Combine(folder, "status"))) status = status.With(line);
                processes[process] = status;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended between the listing and the look.
            }
        }
        return processes;
    }

    private readonly record struct ProcessStatus(int Parent, int Group, uint User, int Threads, long ResidentBytes)
    {
        /// <summary>With what one line of <c>/proc/PID/status</c> says.</summary>
        public ProcessStatus With(string line)
        {
            if (line.StartsWith("PPid:", StringComparison.Ordinal)) return this with { Parent = (int)First(line) };
            if (line.StartsWith("NSpgid:", StringComparison.Ordinal)) return this with { Group = (int)First(line) };
            if (line.StartsWith("Uid:", StringComparison.Ordinal)) return this with { User = (uint)First(line) };
            if (line.StartsWith("Threads:", StringComparison.Ordinal)) return this with { Threads = (int)First(line) };
            if (line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal)) return this with { ResidentBytes = ResidentBytes + 1024 * First(line) };
            return this;
        }

        // "Uid:\t0\t0\t0\t0", "RssAnon:\t     160 kB"
        private static long First(string line) => long.Parse(line.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
