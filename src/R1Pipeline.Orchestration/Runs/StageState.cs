using System.Text.Json;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Orchestration.Runs;

/// <summary>One stage of a run, as the store knows it. Replaced by <see cref="RunTransitions"/>, never changed.</summary>
public sealed record StageState
{
    /// <summary>Name in the pipeline file.</summary>
    public required string Name { get; init; }

    /// <summary>Stage kind.</summary>
    public required string Uses { get; init; }

    /// <summary>Where it stands.</summary>
    public ExecutionState State { get; init; }

    /// <summary>Content key; null until its inputs are known.</summary>
    public string? Key { get; init; }

    /// <summary>The canonical JSON that the key is the hash of: lets <c>plan</c> say what changed.</summary>
    public string? KeyParts { get; init; }

    /// <summary>Canonical JSON of the gates and limits that the result was held against; they stand outside the key.</summary>
    public string? Limits { get; init; }

    /// <summary>Whether the result was taken over from an earlier run.</summary>
    public bool Cached { get; init; }

    /// <summary>The run that computed a cached result: its metrics and rollouts are this stage's.</summary>
    public string? OriginRun { get; init; }

    /// <summary>The stage's name in <see cref="OriginRun"/>.</summary>
    public string? OriginStage { get; init; }

    /// <summary>Steps done, over all attempts.</summary>
    public long StepsDone { get; init; }

    /// <summary>Steps planned; 0 while not known.</summary>
    public long StepsPlanned { get; init; }

    /// <summary>The output; also kept when a gate was missed.</summary>
    public ArtifactRef? Artifact { get; init; }

    /// <summary>Figures of the whole stage.</summary>
    public JsonElement? Metrics { get; init; }

    /// <summary>What became of every row.</summary>
    public IReadOnlyList<DataAccount> Data { get; init; } = [];

    /// <summary>Why it stopped, or why its last attempt is being retried.</summary>
    public StageFailureClass? Failure { get; init; }

    /// <summary>The failure in words.</summary>
    public string? Message { get; init; }

    /// <summary>Failures that count against the stage's <c>max-attempts</c> and <c>retries</c>; lost and interrupted attempts do not.</summary>
    public int Failures { get; init; }

    /// <summary>Micro-batch limit after out-of-memory failures; null: none.</summary>
    public int? MicroBatchLimit { get; init; }

    /// <summary>Whether the user accepted a missed gate (<c>resume --accept</c>).</summary>
    public bool AcceptMissedGates { get; init; }

    /// <summary>Whether it must be computed although its key may be done (<c>resume --from</c>).</summary>
    public bool Fresh { get; init; }

    /// <summary>What the worker does, from its newest heartbeat.</summary>
    public string? Phase { get; init; }

    /// <summary>The newest uncommitted figures, for the eye.</summary>
    public IReadOnlyDictionary<string, double> Live { get; init; } = new Dictionary<string, double>();

    /// <summary>When its first attempt started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it came to rest.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its worker processes, oldest first.</summary>
    public IReadOnlyList<AttemptState> Attempts { get; init; } = [];

    /// <summary>The attempts behind <see cref="Failures"/>, oldest first.</summary>
    public IReadOnlyList<AttemptFailure> CountedFailures =>
        [.. Attempts.Where(attempt => attempt.Outcome == AttemptOutcome.Failed).TakeLast(Failures).Select(attempt => new AttemptFailure(attempt.Failure!.Value, attempt.StepsDone, attempt.Message ?? ""))];

    /// <summary>
    /// The time that its workers lived: pauses between attempts, and nights between an interruption or a dead owner and the resume, are no work.
    /// Null: no worker was started.
    /// </summary>
    public TimeSpan? WallTime => Attempts.Count == 0 ? null : Attempts.Aggregate(TimeSpan.Zero, (sum, attempt) => sum + attempt.Lived);
}
