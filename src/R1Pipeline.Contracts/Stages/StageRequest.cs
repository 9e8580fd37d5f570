using System.Text.Json;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Contracts.Stages;

/// <summary>Everything that a worker process needs to know for one attempt of one stage. Crosses the process border as a JSON file.</summary>
public sealed record StageRequest
{
    /// <summary>Version of this message.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>Run id.</summary>
    public required string Run { get; init; }

    /// <summary>Stage name.</summary>
    public required string Stage { get; init; }

    /// <summary>Stage kind.</summary>
    public required string Uses { get; init; }

    /// <summary>Attempt number, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Fencing token of the attempt's lease: it only grows; a write with an older one is refused.</summary>
    public required long Token { get; init; }

    /// <summary>The stage's content key (hex SHA-256). Checkpoints carry it: one of another key is not resumed from.</summary>
    public required string Key { get; init; }

    /// <summary>Seed of the stage's random draws.</summary>
    public required long Seed { get; init; }

    /// <summary>Options, an object of the catalog's type in <see cref="ContractJson"/>.</summary>
    public required JsonElement Options { get; init; }

    /// <summary>Input artifacts, in file order.</summary>
    public IReadOnlyList<StageArtifact> Artifacts { get; init; } = [];

    /// <summary>The names under <c>data:</c>, in order; a name is either one of <see cref="Sources"/> or a dataset artifact with role <c>data</c>.</summary>
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Sources that the stage, its tasks and its gates name.</summary>
    public IReadOnlyList<DataSourceDefinition> Sources { get; init; } = [];

    /// <summary>Evaluation tasks, in file order.</summary>
    public IReadOnlyList<KeyValuePair<string, EvaluationTaskOptions>> Tasks { get; init; } = [];

    /// <summary>Gates.</summary>
    public IReadOnlyList<GateOptions> Gates { get; init; } = [];

    /// <summary>Committed checkpoints, newest first. The worker verifies them and resumes from the first good one.</summary>
    public IReadOnlyList<CheckpointRef> Checkpoints { get; init; } = [];

    /// <summary>Micro-batch forced by the control plane after an out-of-memory failure; null: the option's.</summary>
    public int? MicroBatchLimit { get; init; }

    /// <summary>Whether a missed gate is accepted (<c>resume --accept</c>).</summary>
    public bool AcceptMissedGates { get; init; }

    /// <summary>Folder of the stage inside the run folder: checkpoints and rollouts go below it.</summary>
    public required string StageDirectory { get; init; }

    /// <summary>Folder of this attempt: logs.</summary>
    public required string AttemptDirectory { get; init; }

    /// <summary>Folder that holds all artifacts of the state folder.</summary>
    public required string ArtifactsDirectory { get; init; }

    /// <summary>Silence of the owner after which the worker stops by itself.</summary>
    public required TimeSpan LeaseLifetime { get; init; }
}
