namespace R1Pipeline.Orchestration;

/// <summary>
/// A run is not started or resumed: its message says why and what to do. <see cref="ExitCode"/> is 1 (refused), 2 (the user's input is wrong), 3 (the disk is
/// full: resumable) or 4 (the environment lacks something).
/// </summary>
public sealed class RunRefusedException(string message, int exitCode = 1, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What the command ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
