namespace R1Pipeline.Orchestration.Api;

/// <summary>How a run is to go on.</summary>
/// <param name="From">Stage to compute again, with all that depend on it; null: only what is unfinished.</param>
/// <param name="Accept">Stages whose missed gates the user accepts.</param>
public sealed record RunResumption(string? From, IReadOnlyList<string> Accept);
