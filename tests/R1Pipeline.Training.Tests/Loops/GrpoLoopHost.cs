using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Tests.Runtime;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>A host that keeps everything a loop tells it, and writes checkpoints into a temporary folder when asked to after given steps.</summary>
internal sealed class GrpoLoopHost(params long[] checkpointAfter) : ILoopHost, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("r1-grpo-").FullName;

    public List<StepMetrics> Steps { get; } = [];

    public List<string> Events { get; } = [];

    public Dictionary<long, IReadOnlyList<RolloutRecord>> Rollouts { get; } = [];

    /// <summary>The files of each checkpoint.</summary>
    public Dictionary<long, IReadOnlyList<CheckpointFile>> Captured { get; } = [];

    public long Planned { get; private set; }

    public long TokensSeen { get; private set; }

    /// <summary>Most rows that a decode step was told of during rollouts.</summary>
    public long MostRolloutsAtOnce { get; private set; }

    /// <summary>Outputs that each call of the engine's progress told of during rollouts.</summary>
    public List<long> RolloutCounts { get; } = [];

    /// <summary>Called after every completed step.</summary>
    public Action<StepMetrics>? OnStep { get; init; }

    public bool CheckpointDue => Steps.Count > 0 && checkpointAfter.Contains(Steps[^1].Step);

    public string CheckpointAt(long step) => Path.Combine(_root, $"step-{step}");

    public void Plan(long steps) => Planned = steps;

    public void Phase(string name) => Events.Add(name);

    public void Progress(long count)
    {
        TokensSeen += count;
        if (Events.LastOrDefault() != "rollouts") return;
        MostRolloutsAtOnce = Math.Max(MostRolloutsAtOnce, count);
        RolloutCounts.Add(count);
    }

    public void CompleteStep(StepMetrics metrics)
    {
        Steps.Add(metrics);
        Events.Add($"step {metrics.Step}");
        OnStep?.Invoke(metrics);
    }

    public void Checkpoint(long step, Func<IReadOnlyList<CheckpointFile>> capture) => Captured.Add(step, CheckpointFolder.Write(CheckpointAt(step), capture()));

    public void CommitRollouts(long iteration, IReadOnlyList<RolloutRecord> rollouts)
    {
        Rollouts.Add(iteration, rollouts);
        Events.Add($"commit {iteration}");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
