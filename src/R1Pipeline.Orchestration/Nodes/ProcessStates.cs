namespace R1Pipeline.Orchestration.Nodes;

/// <summary>What the system says about another process of this machine.</summary>
internal static class ProcessStates
{
    /// <summary>Whether a process was stopped (SIGSTOP, a debugger) and cannot act until it is continued. False where that cannot be known.</summary>
    public static bool IsStopped(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)] is 'T' or 't';
        }
        catch (IOException)
        {
            return false; // gone, or not on this system
        }
    }
}
