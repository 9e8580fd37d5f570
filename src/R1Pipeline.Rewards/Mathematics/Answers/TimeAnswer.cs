namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>A time of day.</summary>
/// <param name="Hours">As written, 0 to 23.</param>
/// <param name="Minutes">0 to 59.</param>
/// <param name="Seconds">0 to 59.</param>
/// <param name="Half">a: before noon, p: after it; null: not said.</param>
internal sealed record TimeAnswer(int Hours, int Minutes, int Seconds, char? Half) : Answer
{
    /// <inheritdoc/>
    public override string Canonical => $"{Hour24:00}:{Minutes:00}:{Seconds:00}";

    private int Hour24 => Half switch { 'a' => Hours % 12, 'p' => (Hours % 12) + 12, _ => Hours };

    /// <summary>The same time. Where one does not say which half of the day it means, 4:30 is 4:30 p.m., and 16:30 only that.</summary>
    public bool IsSameTime(TimeAnswer other)
    {
        if (Minutes != other.Minutes || Seconds != other.Seconds) return false;
        if (Half is null == other.Half is null) return Hour24 == other.Hour24;
        (TimeAnswer bare, TimeAnswer halved) = Half is null ? (this, other) : (other, this);
        return bare.Hours == halved.Hour24 || (bare.Hours is > 0 and <= 12 && bare.Hours % 12 == halved.Hours % 12);
    }
}
