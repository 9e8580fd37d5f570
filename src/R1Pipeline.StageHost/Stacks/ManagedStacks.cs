using Microsoft.Diagnostics.Runtime;

namespace R1Pipeline.StageHost.Stacks;

/// <summary>The managed stacks of another .NET process, read by ClrMD while it is stopped. The only file that knows that library: nothing else loads it.</summary>
internal static class ManagedStacks
{
    private const int MostFrames = 200;

    /// <summary>A line a frame below a line a thread. The process goes on when all is read.</summary>
    public static IReadOnlyList<string> Of(int processId)
    {
        using DataTarget target = DataTarget.AttachToProcess(processId, suspend: true);
        ClrInfo clr = target.ClrVersions.FirstOrDefault() ?? throw new InvalidOperationException("the process has no .NET runtime");
        using ClrRuntime runtime = clr.CreateRuntime(DebuggingLibrary(clr), ignoreMismatch: true);
        return [.. runtime.Threads.Where(thread => thread.IsAlive).SelectMany(Thread)];
    }

    // The library finds it by itself only where the runtime's version is written into the module, which it is not on Linux.
    private static string DebuggingLibrary(ClrInfo clr)
    {
        string runtime = clr.ModuleInfo.FileName;
        string name = OperatingSystem.IsWindows() ? "mscordaccore.dll" : OperatingSystem.IsMacOS() ? "libmscordaccore.dylib" : "libmscordaccore.so";
        return Path.Combine(Path.GetDirectoryName(runtime) ?? "", name);
    }

    private static IEnumerable<string> Thread(ClrThread thread)
    {
        yield return $"thread {thread.OSThreadId} (managed {thread.ManagedThreadId})";
        foreach (ClrStackFrame frame in thread.EnumerateStackTrace().Take(MostFrames))
        {
            yield return $"    at {frame.Method?.Signature ?? $"[{frame.FrameName ?? "native"}]"}";
        }
    }
}
