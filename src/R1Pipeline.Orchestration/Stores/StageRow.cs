using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>The columns of table <c>stage</c>.</summary>
internal sealed class StageRow
{
    public const string Columns =
        "run, ordinal, name, uses, state, stage_key as StageKey, key_parts as KeyParts, limits, cached, origin_run as OriginRun, origin_stage as OriginStage, " +
        "steps_done as StepsDone, steps_planned as StepsPlanned, artifact_kind as ArtifactKind, artifact_sha256 as ArtifactSha256, metrics, data, failure, message, " +
        "failures, micro_batch_limit as MicroBatchLimit, accept_missed_gates as AcceptMissedGates, fresh, phase, live, started_at as StartedAt, ended_at as EndedAt";

    public string Run { get; set; } = "";

    public int Ordinal { get; set; }

    public string Name { get; set; } = "";

    public string Uses { get; set; } = "";

    public string State { get; set; } = "";

    public string? StageKey { get; set; }

    public string? KeyParts { get; set; }

    public string? Limits { get; set; }

    public long Cached { get; set; }

    public string? OriginRun { get; set; }

    public string? OriginStage { get; set; }

    public long StepsDone { get; set; }

    public long StepsPlanned { get; set; }

    public string? ArtifactKind { get; set; }

    public string? ArtifactSha256 { get; set; }

    public string? Metrics { get; set; }

    public string Data { get; set; } = "[]";

    public string? Failure { get; set; }

    public string? Message { get; set; }

    public int Failures { get; set; }

    public int? MicroBatchLimit { get; set; }

    public long AcceptMissedGates { get; set; }

    public long Fresh { get; set; }

    public string? Phase { get; set; }

    public string Live { get; set; } = "{}";

    public long? StartedAt { get; set; }

    public long? EndedAt { get; set; }

    public ArtifactRef? Artifact =>
        ArtifactKind is null || ArtifactSha256 is null ? null : new ArtifactRef(EnumWords.Parse<ArtifactKind>(ArtifactKind), ArtifactSha256);

    public static StageRow Of(string run, int ordinal, StageState stage) => new()
    {
        Run = run,
        Ordinal = ordinal,
        Name = stage.Name,
        Uses = stage.Uses,
        State = stage.State.Word(),
        StageKey = stage.Key,
        KeyParts = stage.KeyParts,
        Limits = stage.Limits,
        Cached = stage.Cached ? 1 : 0,
        OriginRun = stage.OriginRun,
        OriginStage = stage.OriginStage,
        StepsDone = stage.StepsDone,
        StepsPlanned = stage.StepsPlanned,
        ArtifactKind = stage.Artifact?.Kind.Word(),
        ArtifactSha256 = stage.Artifact?.Sha256,
        Metrics = stage.Metrics?.GetRawText(),
        Data = JsonSerializer.Serialize(stage.Data, ContractJson.Compact),
        Failure = stage.Failure?.Word(),
        Message = StoredText.Clean(stage.Message),
        Failures = stage.Failures,
        MicroBatchLimit = stage.MicroBatchLimit,
        AcceptMissedGates = stage.AcceptMissedGates ? 1 : 0,
        Fresh = stage.Fresh ? 1 : 0,
        Phase = stage.Phase,
        Live = JsonSerializer.Serialize(stage.Live, ContractJson.Compact),
        StartedAt = stage.StartedAt?.ToUnixTimeMilliseconds(),
        EndedAt = stage.EndedAt?.ToUnixTimeMilliseconds(),
    };

    public StageState ToState(IReadOnlyList<AttemptState> attempts) => new()
    {
        Name = Name,
        Uses = Uses,
        State = EnumWords.Parse<ExecutionState>(State),
        Key = StageKey,
        KeyParts = KeyParts,
        Limits = Limits,
        Cached = Cached != 0,
        OriginRun = OriginRun,
        OriginStage = OriginStage,
        StepsDone = StepsDone,
        StepsPlanned = StepsPlanned,
        Artifact = Artifact,
        Metrics = Element(Metrics),
        Data = Accounts(),
        Failure = FailureClass(),
        Message = Message,
        Failures = Failures,
        MicroBatchLimit = MicroBatchLimit,
        AcceptMissedGates = AcceptMissedGates != 0,
        Fresh = Fresh != 0,
        Phase = Phase,
        Live = JsonSerializer.Deserialize<Dictionary<string, double>>(Live, ContractJson.Compact)!,
        StartedAt = RunRow.Time(StartedAt),
        EndedAt = RunRow.Time(EndedAt),
        Attempts = attempts,
    };

    public KeyResult ToResult() => new(
        OriginRun ?? Run, OriginStage ?? Name, EnumWords.Parse<ExecutionState>(State), FailureClass(), Message, Limits, Artifact!, Element(Metrics), Accounts(), StepsDone, StepsPlanned)
    {
        Accepted = AcceptMissedGates != 0,
    };

    private StageFailureClass? FailureClass() => Failure is null ? null : EnumWords.Parse<StageFailureClass>(Failure);

    private List<DataAccount> Accounts() => JsonSerializer.Deserialize<List<DataAccount>>(Data, ContractJson.Compact)!;

    private static JsonElement? Element(string? json) => json is null ? null : JsonElement.Parse(json);
}
