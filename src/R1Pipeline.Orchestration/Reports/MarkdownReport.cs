using System.Text;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>Writes a report as Markdown. Text from models and data is escaped or fenced: it cannot become markup.</summary>
internal static class MarkdownReport
{
    public static string Render(IReadOnlyList<ReportBlock> blocks)
    {
        var text = new StringBuilder();
        foreach (ReportBlock block in blocks)
        {
            switch (block)
            {
                case HeadingBlock heading: AppendHeading(text, heading.Level, heading.Text); break;
                case TextBlock paragraph: text.Append(Escape(paragraph.Text)).Append("\n\n"); break;
                case FactsBlock facts: AppendFacts(text, facts); break;
                case TableBlock table: AppendTable(text, table.Table); break;
                case CurveBlock curve: AppendCurve(text, curve); break;
                case SampleBlock sample: AppendSample(text, sample.Sample); break;
            }
        }
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void AppendHeading(StringBuilder text, int level, string title) =>
        text.Append('#', level).Append(' ').Append(Escape(title)).Append("\n\n");

    private static void AppendFacts(StringBuilder text, FactsBlock block)
    {
        foreach ((string name, string value) in block.Facts) text.Append("- ").Append(Escape(name)).Append(": ").Append(Escape(value)).Append('\n');
        text.Append('\n');
    }

    private static void AppendTable(StringBuilder text, ReportTable table)
    {
        AppendHeading(text, 3, table.Title);
        if (table.Note is not null) text.Append(Escape(table.Note)).Append("\n\n");
        AppendRow(text, table.Columns);
        AppendRow(text, table.Columns.Select((_, column) => column == 0 ? ":---" : "---:"), escape: false);
        foreach (IReadOnlyList<string> row in table.Rows) AppendRow(text, row);
        text.Append('\n');
    }

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells, bool escape = true)
    {
        text.Append("| ").AppendJoin(" | ", escape ? cells.Select(Escape) : cells).Append(" |\n");
    }

    private static void AppendCurve(StringBuilder text, CurveBlock curve)
    {
        var values = curve.Points.Select(point => point.Value).ToList();
        text.Append($"- {Escape(curve.Stage)}, {Escape(curve.Title)}: `{Sparkline.Draw(values)}` ")
            .Append($"first {Figures.Any(values[0])}, last {Figures.Any(values[^1])}, lowest {Figures.Any(values.Min())}, highest {Figures.Any(values.Max())} ")
            .Append($"(steps {curve.Points[0].Step} to {curve.Points[^1].Step})\n\n");
    }

    private static void AppendSample(StringBuilder text, SampleOutput sample)
    {
        AppendHeading(text, 3, sample.Origin);
        string grades = SampleText.Grades(sample);
        if (grades.Length > 0) text.Append(Escape(grades)).Append("\n\n");
        AppendFence(text, sample.Prompt);
        AppendFence(text, sample.Output);
    }

    private static void AppendFence(StringBuilder text, string content)
    {
        int run = 0, longest = 0;
        foreach (char character in content)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        string fence = new('`', Math.Max(3, longest + 1));
        text.Append(fence).Append("text\n").Append(content.TrimEnd('\n')).Append('\n').Append(fence).Append("\n\n");
    }

    private static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length);
        foreach (char character in value.ReplaceLineEndings(" "))
        {
            if (character is '\\' or '`' or '*' or '_' or '|' or '<' or '>' or '[' or ']' or '#') escaped.Append('\\');
            escaped.Append(character);
        }
        return escaped.ToString();
    }
}
