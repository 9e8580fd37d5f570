using System.Text;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>Writes a report as one HTML file: no script, no link out, nothing fetched. Everything that is not markup of this file is escaped.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --paper: #fff; --ink: #1c1f23; --soft: #5d6670; --grid: #c9ced4; --panel: #f4f5f7; --curve: #1f6feb; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e3e6e9; --soft: #9aa4ae; --grid: #3c444c; --panel: #1e2328; --curve: #6cb2ff; } }
        body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
        h1, h2, h3 { line-height: 1.2; margin: 2rem 0 .6rem; } h3 { margin-top: 1.4rem; }
        p.note, dt { color: var(--soft); }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dd { margin: 0; overflow-wrap: anywhere; }
        div.wide { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { border-bottom: 1px solid var(--grid); padding: .25rem .7rem; text-align: right; vertical-align: top; } th:first-child, td:first-child { text-align: left; }
        figure { display: inline-block; margin: .3rem; } svg { max-width: 100%; height: auto; }
        pre { background: var(--panel); border-radius: .3rem; margin: .3rem 0; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
        """;

    public static string Render(string title, IReadOnlyList<ReportBlock> blocks)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Append("<title>").Append(Escape(title)).Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n");
        int curves = 0;
        foreach (ReportBlock block in blocks)
        {
            switch (block)
            {
                case HeadingBlock heading: html.Append($"<h{heading.Level}>{Escape(heading.Text)}</h{heading.Level}>\n"); break;
                case TextBlock paragraph: html.Append($"<p>{Escape(paragraph.Text)}</p>\n"); break;
                case FactsBlock facts: AppendFacts(html, facts); break;
                case TableBlock table: AppendTable(html, table.Table); break;
                case CurveBlock curve: html.Append("<figure>").Append(CurvePlot.Draw(curve, ++curves)).Append("</figure>\n"); break;
                case SampleBlock sample: AppendSample(html, sample.Sample); break;
            }
        }
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void AppendFacts(StringBuilder html, FactsBlock block)
    {
        html.Append("<dl>\n");
        foreach ((string name, string value) in block.Facts) html.Append($"<dt>{Escape(name)}</dt><dd>{Escape(value)}</dd>\n");
        html.Append("</dl>\n");
    }

    private static void AppendTable(StringBuilder html, ReportTable table)
    {
        html.Append($"<h3>{Escape(table.Title)}</h3>\n");
        if (table.Note is not null) html.Append($"<p class=\"note\">{Escape(table.Note)}</p>\n");
        html.Append("<div class=\"wide\"><table>\n<thead><tr>");
        foreach (string column in table.Columns) html.Append($"<th>{Escape(column)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            html.Append("<tr>");
            foreach (string cell in row) html.Append($"<td>{Escape(cell)}</td>");
            html.Append("</tr>\n");
        }
        html.Append("</tbody>\n</table></div>\n");
    }

    private static void AppendSample(StringBuilder html, SampleOutput sample)
    {
        html.Append($"<h3>{Escape(sample.Origin)}</h3>\n");
        string grades = SampleText.Grades(sample);
        if (grades.Length > 0) html.Append($"<p class=\"note\">{Escape(grades)}</p>\n");
        html.Append($"<pre>{Escape(sample.Prompt)}</pre>\n<pre>{Escape(sample.Output)}</pre>\n");
    }

    // The framework's encoder also turns Latin-1 letters into numbers, which nobody could search for in the source.
    private static string Escape(string value) => value
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal);
}
