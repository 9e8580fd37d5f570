using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Rewards.Measuring;

/// <summary>One output to be measured, and by which rules.</summary>
/// <param name="Input">The output.</param>
/// <param name="Format">The form that is asked for.</param>
/// <param name="Rule">How words are told apart by language.</param>
public sealed record MeasureOrder(RewardInput Input, AnswerFormat Format, LanguageRule Rule);
