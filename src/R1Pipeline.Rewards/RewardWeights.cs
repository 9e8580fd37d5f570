using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Rewards;

/// <summary>Weights of the rule rewards' sum.</summary>
/// <param name="Accuracy">Weight of accuracy.</param>
/// <param name="Format">Weight of format.</param>
/// <param name="Language">Weight of language consistency.</param>
public sealed record RewardWeights(double Accuracy, double Format, double Language)
{
    /// <summary>The weights of a stage's options.</summary>
    public static RewardWeights Of(RewardedOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RewardWeights(options.AccuracyWeight, options.FormatWeight, options.LanguageWeight);
    }
}
