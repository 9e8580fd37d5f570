namespace R1Pipeline.Benchmarks.Torture;

/// <summary>Who is killed.</summary>
internal static class Processes
{
    public const string Worker = "worker", Owner = "orchestrator", Both = "both";
}
