namespace R1Pipeline.Orchestration.Reports;

/// <summary>A gate, the figure that was measured for it and its limits.</summary>
/// <param name="Subject">What was measured: metric and task or source.</param>
/// <param name="Value">The figure; null: not measured yet.</param>
/// <param name="AtLeast">Smallest value that passes; null: no lower limit.</param>
/// <param name="AtMost">Largest value that passes; null: no upper limit.</param>
/// <param name="Passed">Whether it passed; null: not measured yet.</param>
public sealed record GateLine(string Subject, double? Value, double? AtLeast, double? AtMost, bool? Passed);
