using R1Pipeline.Artifacts;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Status;

/// <summary>Reads what <c>logs</c> shows: what the owners of a run did, then what its workers wrote, attempt by attempt, and what native code printed.</summary>
public sealed class RunLogReader(IRunStore store, string stateDirectory)
{
    /// <summary>The lines, read one at a time.</summary>
    /// <param name="run">Run id.</param>
    /// <param name="stage">Only the workers of this stage; null: all.</param>
    /// <exception cref="RunRefusedException">There is no such run or stage; exit code 2.</exception>
    public IEnumerable<RunLogLine> Read(string run, string? stage = null)
    {
        var status = new RunReader(store, stateDirectory).Status(run);
        var stages = status.Stages.Where(found => stage is null || found.Name == stage).ToList();
        if (stages.Count == 0) throw new RunRefusedException($"run {run} has no stage '{stage}'; it has {string.Join(", ", status.Stages.Select(found => found.Name))}", exitCode: 2);

        var directory = new RunDirectory(stateDirectory, run);
        var owners = stage is null ? Lines(null, 0, directory.Log, isStandardError: false).Prepend(new RunLogLine(null, 0, false, null)) : [];
        return owners.Concat(stages.SelectMany(found => Enumerable.Range(1, found.Attempts).SelectMany(attempt => Attempt(directory, found.Name, attempt))));
    }

    private static IEnumerable<RunLogLine> Attempt(RunDirectory run, string stage, int attempt)
    {
        string directory = run.Attempt(stage, attempt);
        return Lines(stage, attempt, RunDirectory.LogOf(directory), isStandardError: false)
            .Prepend(new RunLogLine(stage, attempt, false, null))
            .Concat(Lines(stage, attempt, RunDirectory.StandardErrorOf(directory), isStandardError: true));
    }

    /// <summary>Lines of a file that its writer may still hold open; none when it is not there yet.</summary>
    private static IEnumerable<RunLogLine> Lines(string? stage, int attempt, string path, bool isStandardError)
    {
        if (!File.Exists(path)) yield break;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line) yield return new RunLogLine(stage, attempt, isStandardError, line);
    }
}
