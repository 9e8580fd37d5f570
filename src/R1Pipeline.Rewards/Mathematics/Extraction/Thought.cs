namespace R1Pipeline.Rewards.Mathematics.Extraction;

/// <summary>Cuts off the chain of thought, which is never searched for an answer.</summary>
internal static class Thought
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    /// <summary>What stands behind the last <c>&lt;/think&gt;</c>; null where a <c>&lt;think&gt;</c> is still open.</summary>
    public static string? CutOff(string text)
    {
        int close = text.LastIndexOf(Close, StringComparison.Ordinal);
        string rest = close < 0 ? text : text[(close + Close.Length)..];
        return rest.Contains(Open, StringComparison.Ordinal) ? null : rest;
    }
}
