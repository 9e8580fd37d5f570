using System.Globalization;

namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>Looks at a process and all that come from it, by <c>/proc</c>.</summary>
internal static class ProcessTree
{
    /// <summary>Resident memory, files aside, of the process, its descendants and all processes of the user, bytes.</summary>
    public static long ResidentBytes(int root, uint? user)
    {
        var parents = new Dictionary<int, (int Parent, long Bytes, uint User)>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int process)) continue;
            try
            {
                (int Parent, long Bytes, uint User) entry = default;
                foreach (string line in File.ReadLines(Path.Combine(folder, "status")))
                {
                    if (line.StartsWith("PPid:", StringComparison.Ordinal)) entry.Parent = int.Parse(line.AsSpan(5), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
                    else if (line.StartsWith("Uid:", StringComparison.Ordinal)) entry.User = uint.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture);
                    else if (line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal)) entry.Bytes += 1024 * long.Parse(line.AsSpan(line.IndexOf(':') + 1).Trim().TrimEnd("kB"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
                }
                parents[process] = entry;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended between the listing and the look.
            }
        }
        return parents.Where(entry => entry.Value.User == user || Descends(entry.Key)).Sum(entry => entry.Value.Bytes);

        bool Descends(int process)
        {
            for (int depth = 0; depth < 256 && process > 1; depth++)
            {
                if (process == root) return true;
                if (!parents.TryGetValue(process, out var entry)) return false;
                process = entry.Parent;
            }
            return false;
        }
    }
}
