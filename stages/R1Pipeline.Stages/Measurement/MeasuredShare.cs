namespace R1Pipeline.Stages.Measurement;

/// <summary>A figure between 0 and 1 with its 95 % interval.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Interval">Its interval.</param>
internal sealed record MeasuredShare(double Value, ConfidenceInterval Interval)
{
    /// <summary>The share of cases that hold, with Wilson's interval; null where there is no case.</summary>
    public static MeasuredShare? Of(IEnumerable<bool> cases)
    {
        double[] values = [.. cases.Select(holds => holds ? 1.0 : 0.0)];
        return values.Length == 0 ? null : new MeasuredShare(values.Average(), ConfidenceInterval.Of(values, k: 1));
    }
}
