namespace R1Pipeline.Rewards.Judging;

/// <summary>A judge did not answer one question. What it says becomes the outcome's error.</summary>
/// <param name="message">Why.</param>
/// <param name="isTransient">Whether asking again may help.</param>
/// <param name="retryAfter">How long the endpoint wants to be left alone; null: it did not say.</param>
public sealed class JudgeFailureException(string message, bool isTransient, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>Whether asking again may help.</summary>
    public bool IsTransient { get; } = isTransient;

    /// <summary>How long the endpoint wants to be left alone.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
