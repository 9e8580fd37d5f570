namespace R1Pipeline.Orchestration.Workers;

/// <summary>The pauses between the attempts of a stage.</summary>
internal static class RetryPauses
{
    /// <summary>The longest one. A stage's key stays reserved for it.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(1);
}
