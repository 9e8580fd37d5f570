using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>The columns of table <c>run</c>, definition apart.</summary>
internal sealed class RunRow
{
    public const string Columns =
        "id, pipeline, definition_sha256 as DefinitionSha256, state, owner_pid as OwnerPid, owner_number as OwnerNumber, cancel_requested as CancelRequested, priority, created_at as CreatedAt, ended_at as EndedAt";

    public string Id { get; set; } = "";

    public string Pipeline { get; set; } = "";

    public string DefinitionSha256 { get; set; } = "";

    public string State { get; set; } = "";

    public int? OwnerPid { get; set; }

    public long OwnerNumber { get; set; }

    public long CancelRequested { get; set; }

    public int Priority { get; set; }

    public long CreatedAt { get; set; }

    public long? EndedAt { get; set; }

    public static RunRow Of(RunState run) => new()
    {
        Id = run.Id,
        Pipeline = run.Pipeline,
        DefinitionSha256 = run.DefinitionSha256,
        State = run.State.Word(),
        OwnerPid = run.OwnerPid,
        OwnerNumber = run.OwnerNumber,
        CancelRequested = run.CancelRequested ? 1 : 0,
        Priority = run.Priority,
        CreatedAt = run.CreatedAt.ToUnixTimeMilliseconds(),
        EndedAt = run.EndedAt?.ToUnixTimeMilliseconds(),
    };

    public RunState ToState(IReadOnlyList<StageState> stages) => new()
    {
        Id = Id,
        Pipeline = Pipeline,
        DefinitionSha256 = DefinitionSha256,
        State = EnumWords.Parse<ExecutionState>(State),
        OwnerPid = OwnerPid,
        OwnerNumber = OwnerNumber,
        CancelRequested = CancelRequested != 0,
        Priority = Priority,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
        EndedAt = Time(EndedAt),
        Stages = stages,
    };

    public static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
