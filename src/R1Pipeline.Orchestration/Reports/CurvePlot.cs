using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>Draws one curve as inline SVG. Lines and letters take the page's own ink, so that the drawing reads on light and on dark paper.</summary>
internal static class CurvePlot
{
    private const double Width = 380, Height = 210;

    // Stand-ins that are replaced by the page's colours in the exporter's text. Clip paths get the curve's own names: ids are one space in a page.
    private static readonly OxyColor Ink = OxyColor.FromRgb(1, 2, 3);
    private static readonly OxyColor Curve = OxyColor.FromRgb(4, 5, 6);
    private static readonly OxyColor Grid = OxyColor.FromRgb(7, 8, 9);

    public static string Draw(CurveBlock block, int number)
    {
        var model = new PlotModel
        {
            Title = $"{block.Stage}: {block.Title}",
            TitleFontSize = 13,
            TitleFontWeight = FontWeights.Normal,
            TitleColor = Ink,
            TextColor = Ink,
            PlotAreaBorderColor = Grid,
            Background = OxyColors.Transparent,
            DefaultFont = "sans-serif",
            DefaultFontSize = 11,
            Padding = new OxyThickness(4, 8, 16, 4),
        };
        model.Axes.Add(Axis(AxisPosition.Bottom, "step"));
        model.Axes.Add(Axis(AxisPosition.Left, null));
        var line = new LineSeries { Color = Curve, StrokeThickness = 1.5 };
        line.Points.AddRange(block.Points.Select(point => new DataPoint(point.Step, point.Value)));
        model.Series.Add(line);

        var exporter = new SvgExporter { Width = Width, Height = Height, IsDocument = false, UseVerticalTextAlignmentWorkaround = true };
        string svg = exporter.ExportToString(model);
        return svg[svg.IndexOf("<svg", StringComparison.Ordinal)..]
            .Replace("\"clipPath", $"\"clip{number}-", StringComparison.Ordinal)
            .Replace("#clipPath", $"#clip{number}-", StringComparison.Ordinal)
            .Replace("rgb(1,2,3)", "currentColor", StringComparison.Ordinal)
            .Replace("rgb(4,5,6)", "var(--curve)", StringComparison.Ordinal)
            .Replace("rgb(7,8,9)", "var(--grid)", StringComparison.Ordinal);
    }

    private static LinearAxis Axis(AxisPosition position, string? title) => new()
    {
        Position = position,
        Title = title,
        TextColor = Ink,
        TitleColor = Ink,
        TicklineColor = Grid,
        AxislineColor = Grid,
        MajorGridlineColor = Grid,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineThickness = 0.5,
        MinorTickSize = 0,
    };
}
