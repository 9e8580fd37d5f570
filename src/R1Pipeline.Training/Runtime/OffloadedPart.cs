namespace R1Pipeline.Training.Runtime;

/// <summary>A part that lies in the host's memory except in the phases that need it where it is computed. A move copies every bit, so no result depends on it.</summary>
public sealed class OffloadedPart
{
    private readonly IMovable _part;
    private readonly Placement _home, _away;
    private readonly bool _leaves;

    /// <summary>Takes charge of a part, which stays its owner's.</summary>
    /// <param name="part">The part, at the place where it is computed.</param>
    /// <param name="leaves">Whether it goes to the host, now and after every phase; else it stays where it is.</param>
    public OffloadedPart(IMovable part, bool leaves)
    {
        (_part, _home, _leaves) = (part, part.Placement, leaves);
        _away = Placement.Host with { ComputeType = _home.ComputeType };          // bf16 weights stay as small as they are
        if (leaves) part.MoveTo(_away);
    }

    /// <summary>Runs a phase that needs the part at the place where it is computed.</summary>
    /// <typeparam name="T">What comes out; no tensor of the part.</typeparam>
    public T During<T>(Func<T> phase)
    {
        if (!_leaves) return phase();
        _part.MoveTo(_home);
        try
        {
            return phase();
        }
        finally
        {
            _part.MoveTo(_away);
        }
    }
}
