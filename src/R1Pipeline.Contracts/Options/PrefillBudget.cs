namespace R1Pipeline.Contracts.Options;

/// <summary>How many tokens of prompts are read at once before outputs are decoded; a longer prompt is read alone. The waiting follow in turn, in the same order every time.</summary>
public static class PrefillBudget
{
    /// <summary>Where the options do not say otherwise.</summary>
    public const int DefaultTokens = 65_536;

    /// <summary>Tokens of these prompts that are read at once at most.</summary>
    /// <param name="option">What the options say.</param>
    /// <param name="prompts">Prompts that wait.</param>
    /// <param name="tokens">Length of the longest.</param>
    public static long Of(int? option, long prompts, long tokens) => Math.Min(prompts * tokens, Math.Max(option ?? DefaultTokens, tokens));
}
