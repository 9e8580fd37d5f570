using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>The pauses between the attempts of a stage.</summary>
public static class RetryPauses
{
    /// <summary>Name of the environment variable that shortens them for tests.</summary>
    public const string Variable = OwnerKillPoint.Variable;

    /// <summary>The first one, where <c>retry-ms=N</c> among the faults of a test (<c>R1_FAULT</c>) names it; null: the default.</summary>
    public static TimeSpan? First(string? faults) => ShortenedTime.Of(faults, "retry-ms");

    /// <summary>The longest one. A stage's key stays reserved for it.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(1);
}
