namespace R1Pipeline.Orchestration.Api;

/// <summary>The body of every answer that is not a success: what <see cref="RunRefusedException"/> says locally.</summary>
/// <param name="Error">What is wrong and what to do.</param>
/// <param name="ExitCode">What the command ends with.</param>
public sealed record ApiRefusal(string Error, int ExitCode);
