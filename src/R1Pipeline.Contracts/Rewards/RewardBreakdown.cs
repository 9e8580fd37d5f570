namespace R1Pipeline.Contracts.Rewards;

/// <summary>A reward and the named parts it is made of. A part that does not apply is not listed: never a silent zero.</summary>
/// <param name="Total">The weighted sum that trains.</param>
/// <param name="Parts">Parts before weights: <c>accuracy</c>, <c>format</c>, <c>language</c>, <c>model</c>.</param>
public sealed record RewardBreakdown(double Total, IReadOnlyDictionary<string, double> Parts)
{
    /// <summary>What the accuracy rule said.</summary>
    public AnswerVerdict Verdict { get; init; } = AnswerVerdict.NotApplicable;
}
