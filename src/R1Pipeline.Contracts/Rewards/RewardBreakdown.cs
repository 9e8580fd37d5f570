namespace R1Pipeline.Contracts.Rewards;

/// <summary>A reward and the named parts it is made of. A part that does not apply is not listed: never a silent zero.</summary>
/// <param name="Total">
/// The weighted sum that trains. Null: a weighted part failed, or none applies; such an output stands outside its group's mean and deviation and gets no gradient.
/// </param>
/// <param name="Parts">Parts before weights: <c>accuracy</c>, <c>format</c>, <c>language</c>, <c>model</c>.</param>
public sealed record RewardBreakdown(double? Total, IReadOnlyDictionary<string, double> Parts)
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();
    private static readonly IReadOnlyDictionary<string, double> NoWeights = new Dictionary<string, double>();

    /// <summary>The weight of every part that has one: the total is the sum of weight times part.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = NoWeights;

    /// <summary>The parts that failed, and why.</summary>
    public IReadOnlyDictionary<string, string> Errors { get; init; } = None;

    /// <summary>What the accuracy rule said.</summary>
    public AnswerVerdict Verdict { get; init; } = AnswerVerdict.NotApplicable;

    /// <summary>A part failed that the total needs.</summary>
    public bool IsError => Total is null && Errors.Count > 0;

    /// <summary>A reward of which nothing is known but that <paramref name="part"/> failed.</summary>
    public static RewardBreakdown Failed(string part, string error) =>
        new(null, new Dictionary<string, double>()) { Errors = new Dictionary<string, string> { [part] = error } };

    /// <summary>This reward, or a failed one where a scorer let a number through that is not finite.</summary>
    public RewardBreakdown Checked()
    {
        foreach (var (part, value) in Parts)
        {
            if (!double.IsFinite(value)) return Failed(part, $"the value is {value}");
        }

        return Total is { } total && !double.IsFinite(total) ? Failed("total", $"the value is {total}") : this;
    }
}
