namespace R1Pipeline.Orchestration.Status;

/// <summary>A line of a run's logs, or the head of a part of them.</summary>
/// <param name="Stage">Stage; null: the run's owners.</param>
/// <param name="Attempt">Attempt of the stage; 0: the run's owners.</param>
/// <param name="IsStandardError">Whether native code or a dying runtime printed it; else it is compact JSON.</param>
/// <param name="Text">The line; null: the head of a part, which may be empty.</param>
public sealed record RunLogLine(string? Stage, int Attempt, bool IsStandardError, string? Text);
