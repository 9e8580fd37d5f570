using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Rewards;

/// <summary>One output to be judged. Untrusted text: every rule is a bounded, linear scan of it.</summary>
/// <param name="Completion">The output's text, special tokens included, without the end token. Where the prompt owns <c>&lt;think&gt;</c>, with it put back in front.</param>
/// <param name="Finished">Whether it ended with the end token within the limit.</param>
/// <param name="Gold">The verified result; null: not a reasoning prompt.</param>
/// <param name="Language">Target language, <c>en</c> or <c>zh</c>.</param>
/// <param name="Must">Words that a good general answer contains; null: not graded by words.</param>
/// <param name="MustNot">Words that it must not contain.</param>
public sealed record RewardInput(
    string Completion,
    bool Finished,
    string? Gold,
    string Language,
    IReadOnlyList<string>? Must = null,
    IReadOnlyList<string>? MustNot = null)
{
    /// <summary>Output tokens, the end token included.</summary>
    public int NumTokens { get; init; }

    /// <summary>What the answer is checked by.</summary>
    public string Task { get; init; } = TaskKinds.Math;
}
