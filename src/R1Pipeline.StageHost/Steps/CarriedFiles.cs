using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.StageHost.Steps;

/// <summary>Files that every checkpoint of an attempt carries unchanged: with them it is a model folder that others can read, not only a state to resume from.</summary>
internal sealed class CarriedFiles
{
    private List<CheckpointFile> _files = [];

    /// <summary>Takes what <paramref name="write"/> puts into an empty folder of <paramref name="parent"/>.</summary>
    public void Take(string parent, Action<string> write)
    {
        string directory = RunDirectory.NewTemporary(parent);
        Directory.CreateDirectory(directory);
        try
        {
            write(directory);
            _files = [.. Directory.EnumerateFiles(directory).Select(path => CheckpointFile.Of(Path.GetFileName(path), File.ReadAllBytes(path), unchanged: true))];
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The state of a loop with these files beside it.</summary>
    public IReadOnlyList<CheckpointFile> Beside(IReadOnlyList<CheckpointFile> state) => [.. _files, .. state];
}
