namespace R1Pipeline.Orchestration.Workers;

/// <summary>Finds the worker executable.</summary>
public static class WorkerLocator
{
    /// <summary>Finds it.</summary>
    /// <param name="named">Value of <c>R1_WORKER</c>, which may name a <c>.dll</c> too; null or empty: not set.</param>
    /// <exception cref="RunRefusedException">There is none; exit code 4.</exception>
    public static WorkerCommand Find(string? named)
    {
        string path = ProgramLocator.Find(named, "R1_WORKER", "R1Pipeline.Worker", "r1-worker");
        return Path.GetExtension(path).Equals(".dll", StringComparison.OrdinalIgnoreCase) ? new WorkerCommand("dotnet", [path]) : new WorkerCommand(path, []);
    }
}
