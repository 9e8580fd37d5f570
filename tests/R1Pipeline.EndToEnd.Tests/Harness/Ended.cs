namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>How a command ended and what it printed.</summary>
internal sealed record Ended(int ExitCode, string Output, string Error);
