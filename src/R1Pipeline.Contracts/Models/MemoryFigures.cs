namespace R1Pipeline.Contracts.Models;

/// <summary>The resident set of one measuring process, in bytes.</summary>
/// <param name="IdleBytes">With libtorch loaded and nothing done yet.</param>
/// <param name="PeakBytes">At its highest.</param>
public sealed record MemoryFigures(long IdleBytes, long PeakBytes);
