using System.Text;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Rewards.Judging;

/// <summary>
/// What may still be asked. A text is paid for once, before it is asked and in the order of the questions, with what it can cost at most; what it did cost is not
/// waited for. So neither the number of requests under way nor a kill decides which texts are refused.
/// </summary>
internal sealed class JudgeBudget(JudgeOptions options, int numSpent, long tokensSpent)
{
    private const int BytesPerToken = 3;

    private long _requests = numSpent;
    private long _tokens = tokensSpent;

    /// <summary>What a prompt can cost at most, in tokens.</summary>
    public int CostOf(string prompt) => options.MaxTokens + ((Encoding.UTF8.GetByteCount(prompt) + BytesPerToken - 1) / BytesPerToken);

    /// <summary>Pays for a text, unless that is more than what is left: then why.</summary>
    public string? Spend(int cost)
    {
        if (_requests >= options.MaxRequests) return $"the budget of {options.MaxRequests} different requests is spent (max-requests)";
        if (_tokens + cost > options.MaxSpentTokens) return $"{cost} tokens are more than the {options.MaxSpentTokens - _tokens} left of the budget (max-spent-tokens)";
        _requests++;
        _tokens += cost;
        return null;
    }
}
