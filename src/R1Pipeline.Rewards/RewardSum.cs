using R1Pipeline.Contracts.Rewards;

namespace R1Pipeline.Rewards;

/// <summary>
/// Adds named parts to one reward, each times its weight. A part that does not apply adds nothing and is not listed; a part that failed makes the total
/// unknown unless its weight is 0; a sum without any part is not applicable as a whole.
/// </summary>
public sealed class RewardSum
{
    private readonly Dictionary<string, double> _parts = [];
    private readonly Dictionary<string, double> _weights = [];
    private Dictionary<string, string>? _errors;
    private double _total;
    private bool _broken;

    /// <summary>An empty sum.</summary>
    public RewardSum()
    {
    }

    /// <summary>A sum that goes on from what other rules gave.</summary>
    public RewardSum(RewardBreakdown from)
    {
        ArgumentNullException.ThrowIfNull(from);
        _parts = new Dictionary<string, double>(from.Parts);
        _weights = new Dictionary<string, double>(from.Weights);
        _errors = from.Errors.Count == 0 ? null : new Dictionary<string, string>(from.Errors);
        (_total, _broken) = (from.Total ?? 0, from.IsError);
    }

    /// <summary>Adds a part.</summary>
    public RewardSum Add(string part, RewardOutcome outcome, double weight)
    {
        if (outcome.Error is { } error)
        {
            (_errors ??= [])[part] = error;
            _broken |= weight != 0;
        }
        else if (outcome.Value is { } value)
        {
            _parts.Add(part, value);
            if (weight != 0) _weights.Add(part, weight);
            _total += weight * value;
        }

        return this;
    }

    /// <summary>Lists a part that stands in the total already, as a share of another part.</summary>
    public RewardSum Show(string part, RewardOutcome outcome) => Add(part, outcome, 0);

    /// <summary>The reward.</summary>
    public RewardBreakdown Build(AnswerVerdict verdict)
    {
        var reward = new RewardBreakdown(_broken || _parts.Count == 0 ? null : _total, _parts) { Verdict = verdict, Weights = _weights };
        return _errors is null ? reward : reward with { Errors = _errors };
    }
}
