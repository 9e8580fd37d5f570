using System.Text;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>Writes <c>report.md</c> and <c>report.html</c> into a run folder, each replaced whole. A report of an unfinished or failed run shows what there is.</summary>
public static class ReportWriter
{
    /// <summary>The Markdown report's file name.</summary>
    public const string MarkdownName = "report.md";

    /// <summary>The HTML report's file name.</summary>
    public const string HtmlName = "report.html";

    /// <summary>Writes both files into <paramref name="runDirectory"/>, which exists.</summary>
    public static void Write(RunReport report, string runDirectory)
    {
        IReadOnlyList<ReportBlock> blocks = ReportComposer.Compose(report);
        Replace(Path.Combine(runDirectory, MarkdownName), MarkdownReport.Render(blocks));
        Replace(Path.Combine(runDirectory, HtmlName), HtmlReport.Render($"{report.Pipeline} · {report.Run}", blocks));
    }

    private static void Replace(string path, string text)
    {
        string part = path + ".part";
        File.WriteAllText(part, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(part, path, overwrite: true);
    }
}
