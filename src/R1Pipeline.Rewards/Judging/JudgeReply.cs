namespace R1Pipeline.Rewards.Judging;

/// <summary>What came back for a prompt, as it is kept: a reply or the reason why there is none.</summary>
/// <param name="Text">The reply; null: there is none.</param>
/// <param name="Error">Why there is none; null: there is one.</param>
internal sealed record JudgeReply(string? Text, string? Error);
