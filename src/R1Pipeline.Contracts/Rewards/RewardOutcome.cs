using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Contracts.Rewards;

/// <summary>What one reward says of one output: a value, that it does not apply, or that it failed. Never a silent zero; a value is always finite.</summary>
public readonly record struct RewardOutcome
{
    private RewardOutcome(double? value, string? error) => (Value, Error) = (value, error);

    /// <summary>The value; null where the reward does not apply or failed.</summary>
    public double? Value { get; }

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Error { get; }

    /// <summary>The reward cannot be asked of this output.</summary>
    public static RewardOutcome NotApplicable => default;

    /// <summary>A value; one that is not finite is a failure.</summary>
    public static RewardOutcome Of(double value) => double.IsFinite(value) ? new(value, null) : Failed($"the value is {value}");

    /// <summary>The reward hung, crashed, ran out of its budget or could not be understood.</summary>
    public static RewardOutcome Failed(string error) => new(null, error);

    /// <summary>Asks a reward; whatever it throws is its failure, not the step's. Only what ends an attempt on purpose passes.</summary>
    /// <param name="reward">The reward.</param>
    /// <param name="error">Why it failed; null: it did not.</param>
    /// <returns>What it said; null where it failed.</returns>
    public static T? Ask<T>(Func<T> reward, out string? error)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(reward);
        error = null;
        try
        {
            return reward();
        }
        catch (Exception failure) when (failure is not (StageFailedException or OperationCanceledException))
        {
            error = $"{failure.GetType().Name}: {failure.Message}";
            return null;
        }
    }
}
