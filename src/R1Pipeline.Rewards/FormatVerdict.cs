namespace R1Pipeline.Rewards;

/// <summary>Whether an output has the asked form, and its parts.</summary>
/// <param name="Ok">The form is right.</param>
/// <param name="Think">Chain of thought; null when the form is wrong.</param>
/// <param name="Answer">Answer block or summary; null when the form is wrong.</param>
/// <param name="Reason">What is wrong; empty when nothing is.</param>
public sealed record FormatVerdict(bool Ok, string? Think, string? Answer, string Reason);
