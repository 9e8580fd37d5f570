using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Artifacts.Checkpoints;

/// <summary><c>manifest.json</c> of a checkpoint: written last, so a folder without it was never finished.</summary>
public sealed record CheckpointManifest
{
    /// <summary>The version that this code writes and reads.</summary>
    public const int CurrentSchema = 2;

    /// <summary>Version of this file and of the files that it lists.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>
    /// Key of the stage: kind, code version, options, seed, data fingerprints and input artifacts (tokenizer and chat template with them) in one hash.
    /// A checkpoint of another key is not resumed from.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>Steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Fencing token of the attempt that wrote it.</summary>
    public required long Token { get; init; }

    /// <summary>SHA-256 of the manifest of the checkpoint before it; null for a stage's first.</summary>
    public string? Parent { get; init; }

    /// <summary>Figures of the step.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();

    /// <summary>Every file, sorted by name.</summary>
    public required IReadOnlyList<FileEntry> Files { get; init; }
}
