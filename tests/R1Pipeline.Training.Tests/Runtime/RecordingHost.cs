using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>A host that keeps what a loop tells it and commits checkpoints into a temporary folder, every so many steps.</summary>
internal sealed class RecordingHost(int checkpointEvery = int.MaxValue, Action<long>? onStep = null) : ILoopHost, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("r1-loop-").FullName;

    public List<StepMetrics> Steps { get; } = [];

    public List<(long Step, string Directory)> Checkpoints { get; } = [];

    public long Planned { get; private set; }

    public long Counted { get; private set; }

    public bool CheckpointDue => Steps.Count > 0 && Steps[^1].Step % checkpointEvery == 0;

    public void Plan(long steps) => Planned = steps;

    public void Phase(string name)
    {
    }

    public void Progress(long count) => Counted += count;

    public void CompleteStep(StepMetrics metrics)
    {
        Steps.Add(metrics);
        onStep?.Invoke(metrics.Step);
    }

    public void Checkpoint(long step, Func<IReadOnlyList<CheckpointFile>> capture)
    {
        string directory = Path.Combine(_root, $"step-{step}");
        CheckpointFolder.Write(directory, capture());
        Checkpoints.Add((step, directory));
    }

    public void CommitRollouts(long iteration, IReadOnlyList<RolloutRecord> rollouts) => throw new InvalidOperationException("a supervised loop has no rollouts");

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
