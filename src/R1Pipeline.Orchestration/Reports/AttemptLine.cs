namespace R1Pipeline.Orchestration.Reports;

/// <summary>One worker process of a stage, as the report lists it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="ResumedFrom">Step that it went on from; 0: from the start.</param>
/// <param name="Outcome"><c>done</c>, or the failure class, or <c>running</c>.</param>
/// <param name="Message">What went wrong; null when nothing did.</param>
/// <param name="MicroBatchLimit">Most sequences at once, because memory had run out before; null: as the options say.</param>
public sealed record AttemptLine(int Number, long ResumedFrom, string Outcome, string? Message, int? MicroBatchLimit = null);
