namespace R1Pipeline.Orchestration.Reports;

/// <summary>A curve in one line of text, for places that cannot show a drawing.</summary>
internal static class Sparkline
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>At most <paramref name="width"/> characters, each the mean of its share of the points.</summary>
    public static string Draw(IReadOnlyList<double> values, int width = 40)
    {
        int columns = Math.Min(width, values.Count);
        if (columns == 0) return "";
        double[] means = new double[columns];
        for (int column = 0; column < columns; column++)
        {
            int from = column * values.Count / columns, to = (column + 1) * values.Count / columns;
            means[column] = values.Skip(from).Take(to - from).Average();
        }
        double low = means.Min(), span = means.Max() - low;
        return string.Concat(means.Select(mean => Levels[span == 0 ? 0 : (int)Math.Min((mean - low) / span * Levels.Length, Levels.Length - 1)]));
    }
}
