using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.StageHost.Steps;

/// <summary>
/// Knows the good checkpoints of a stage and which of them a newer one makes superfluous; deletes those only after the owner committed the newer one.
/// Not thread-safe: it belongs to whoever saves, and saves follow one another.
/// </summary>
internal sealed class CheckpointKeeper
{
    private readonly RetentionPolicy _policy;
    private readonly List<CheckpointRef> _kept;
    private readonly List<CheckpointRef> _useless;
    private readonly Dictionary<CheckpointRef, IReadOnlyDictionary<string, double>> _figures;

    /// <param name="policy">Which stay.</param>
    /// <param name="found">What earlier attempts left. Useless ones go with the first commit; a resumed one of another run is counted from, never dropped.</param>
    public CheckpointKeeper(RetentionPolicy policy, StageCheckpoints found)
    {
        (_policy, Newest) = (policy, found.Resumed);
        (_kept, _useless) = ([.. found.Good], [.. found.Useless]);
        _figures = _kept.ToDictionary(checkpoint => checkpoint, checkpoint => CheckpointReader.ManifestOf(checkpoint)?.Figures ?? NoFigures);
    }

    private static IReadOnlyDictionary<string, double> NoFigures { get; } = new Dictionary<string, double>();

    /// <summary>The newest usable checkpoint.</summary>
    public CheckpointRef? Newest { get; private set; }

    /// <summary>What goes once <paramref name="next"/> is committed.</summary>
    public IReadOnlyList<CheckpointRef> SupersededBy(CheckpointRef next, IReadOnlyDictionary<string, double> figures) =>
        [.. _policy.Superfluous([next, .. _kept.Where(checkpoint => checkpoint.Directory != next.Directory)], checkpoint => checkpoint == next ? figures : _figures[checkpoint]), .. _useless];

    /// <summary><paramref name="next"/> is committed: drops what it superseded.</summary>
    public void Committed(CheckpointRef next, IReadOnlyDictionary<string, double> figures)
    {
        IReadOnlyList<CheckpointRef> superseded = SupersededBy(next, figures);
        _kept.RemoveAll(superseded.Contains);
        _useless.Clear();
        _kept.Insert(0, next);
        _figures[next] = figures;
        Newest = next;
        foreach (CheckpointRef checkpoint in superseded) CheckpointCleaner.Remove(checkpoint.Directory);
    }
}
