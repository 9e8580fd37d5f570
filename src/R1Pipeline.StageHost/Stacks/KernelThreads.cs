namespace R1Pipeline.StageHost.Stacks;

/// <summary>What <c>/proc</c> shows of a process's threads: name, state, where in the kernel each waits. Needs no right beyond the user's own; lines that need more are left out.</summary>
internal static class KernelThreads
{
    /// <summary>A line a thread, its kernel stack below it where that may be read.</summary>
    public static IEnumerable<string> Of(int processId)
    {
        string tasks = $"/proc/{processId}/task";
        if (!Directory.Exists(tasks)) return ["not on this system, or the process is gone"];
        return Directory.GetDirectories(tasks).OrderBy(task => task.Length).ThenBy(task => task, StringComparer.Ordinal).SelectMany(Thread);
    }

    private static IEnumerable<string> Thread(string task)
    {
        string stat = Read(task, "stat");
        string state = stat.LastIndexOf(')') is var end and >= 0 && stat.Length > end + 2 ? stat.Substring(end + 2, 1) : "?";
        yield return $"{Path.GetFileName(task)} {Read(task, "comm")}: state {state}, waits in {Or(Read(task, "wchan"), "nothing")}, system call {Or(Read(task, "syscall"), "unknown")}";
        foreach (string frame in Read(task, "stack").Split('\n', StringSplitOptions.RemoveEmptyEntries)) yield return $"    {frame}";
    }

    private static string Or(string text, string otherwise) => text is "" or "0" ? otherwise : text;

    private static string Read(string task, string file)
    {
        try
        {
            return File.ReadAllText($"{task}/{file}").TrimEnd('\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ""; // not for us, or the thread has ended
        }
    }
}
