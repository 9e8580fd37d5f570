using System.Globalization;

namespace R1Pipeline.Stages.Gates;

/// <summary>A measured figure against its limits. A figure that is not a number misses every limit.</summary>
/// <param name="Figure">What was measured, in words: the metric and what it was measured on.</param>
/// <param name="Value">The measured value.</param>
/// <param name="AtLeast">Smallest value that passes; null: no lower limit.</param>
/// <param name="AtMost">Largest value that passes; null: no upper limit.</param>
internal sealed record GateOutcome(string Figure, double Value, double? AtLeast, double? AtMost)
{
    /// <summary>Whether the limits are missed.</summary>
    public bool Missed => !(Value >= (AtLeast ?? double.NegativeInfinity) && Value <= (AtMost ?? double.PositiveInfinity));

    /// <summary>The figure, its value and the limits, for people.</summary>
    public override string ToString() => $"{Figure} is {Number(Value)}; the gate asks for {Limits()}";

    private string Limits() => (AtLeast, AtMost) switch
    {
        ({ } low, { } high) => $"{Number(low)} to {Number(high)}",
        ({ } low, null) => $"at least {Number(low)}",
        (null, { } high) => $"at most {Number(high)}",
        _ => "nothing",
    };

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
