using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Rewards.Measuring;

/// <summary>What the rules measured of one output, or why they could not.</summary>
/// <param name="Statistics">The measures; null: the rules failed.</param>
/// <param name="Error">Why; null: they did not fail.</param>
public sealed record MeasuredOutput(OutputStatistics? Statistics, string? Error)
{
    /// <summary>The rules failed on this output.</summary>
    public static MeasuredOutput Failed(string error) => new(null, error);

    /// <summary>Measures one output in this process; whatever a rule throws is that output's failure.</summary>
    public static MeasuredOutput Of(MeasureOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        OutputStatistics? statistics = RewardOutcome.Ask(() => OutputStatistics.Of(order.Input, order.Format, order.Rule), out string? error);
        return new MeasuredOutput(statistics, error);
    }
}
