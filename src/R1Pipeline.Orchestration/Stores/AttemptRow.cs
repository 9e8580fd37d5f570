using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Stores;

/// <summary>The columns of table <c>attempt</c>.</summary>
internal sealed class AttemptRow
{
    public const string Columns =
        "run, stage, number, token, outcome, failure, message, resumed_from as ResumedFrom, borrowed_from as BorrowedFrom, steps_done as StepsDone, steps_executed as StepsExecuted, " +
        "peak_resident_bytes as PeakResidentBytes, micro_batch_limit as MicroBatchLimit, started_at as StartedAt, seen_at as SeenAt, ended_at as EndedAt";

    public string Run { get; set; } = "";

    public string Stage { get; set; } = "";

    public int Number { get; set; }

    public long Token { get; set; }

    public string Outcome { get; set; } = "";

    public string? Failure { get; set; }

    public string? Message { get; set; }

    public long ResumedFrom { get; set; }

    public string? BorrowedFrom { get; set; }

    public long StepsDone { get; set; }

    public long StepsExecuted { get; set; }

    public long PeakResidentBytes { get; set; }

    public int? MicroBatchLimit { get; set; }

    public long StartedAt { get; set; }

    public long? SeenAt { get; set; }

    public long? EndedAt { get; set; }

    public static AttemptRow Of(string run, string stage, AttemptState attempt) => new()
    {
        Run = run,
        Stage = stage,
        Number = attempt.Number,
        Token = attempt.Token,
        Outcome = attempt.Outcome.Word(),
        Failure = attempt.Failure?.Word(),
        Message = StoredText.Clean(attempt.Message),
        ResumedFrom = attempt.ResumedFrom,
        BorrowedFrom = attempt.BorrowedFrom,
        StepsDone = attempt.StepsDone,
        StepsExecuted = attempt.StepsExecuted,
        PeakResidentBytes = attempt.PeakResidentBytes,
        MicroBatchLimit = attempt.MicroBatchLimit,
        StartedAt = attempt.StartedAt.ToUnixTimeMilliseconds(),
        SeenAt = attempt.SeenAt?.ToUnixTimeMilliseconds(),
        EndedAt = attempt.EndedAt?.ToUnixTimeMilliseconds(),
    };

    public AttemptState ToState() => new()
    {
        Number = Number,
        Token = Token,
        Outcome = EnumWords.Parse<AttemptOutcome>(Outcome),
        Failure = Failure is null ? null : EnumWords.Parse<StageFailureClass>(Failure),
        Message = Message,
        ResumedFrom = ResumedFrom,
        BorrowedFrom = BorrowedFrom,
        StepsDone = StepsDone,
        StepsExecuted = StepsExecuted,
        PeakResidentBytes = PeakResidentBytes,
        MicroBatchLimit = MicroBatchLimit,
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(StartedAt),
        SeenAt = RunRow.Time(SeenAt),
        EndedAt = RunRow.Time(EndedAt),
    };
}
