namespace R1Pipeline.Rewards.Tasks;

/// <summary>A text in one fenced block.</summary>
internal static class Fences
{
    private const string Fence = "```";

    /// <summary>What stands inside the fence; the trimmed text where it is not one fenced block.</summary>
    public static string Content(string text)
    {
        string trimmed = text.Trim();
        if (!trimmed.StartsWith(Fence, StringComparison.Ordinal) || !trimmed.EndsWith(Fence, StringComparison.Ordinal) || trimmed.Length < 2 * Fence.Length) return trimmed;
        string inside = trimmed[Fence.Length..^Fence.Length];
        return (inside.StartsWith("json", StringComparison.OrdinalIgnoreCase) ? inside[4..] : inside).Trim();
    }
}
