namespace R1Pipeline.Rewards.Judging;

/// <summary>A key that is sent to an endpoint and must stand nowhere else, not even where the endpoint says it back.</summary>
internal sealed class Secret(string? value)
{
    /// <summary>The same text without the key.</summary>
    public string Hide(string text) => string.IsNullOrEmpty(value) ? text : text.Replace(value, "***", StringComparison.Ordinal);
}
