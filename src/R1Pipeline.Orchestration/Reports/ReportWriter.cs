using R1Pipeline.Artifacts;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>Writes a run's two reports into its folder, each replaced whole. A report of an unfinished or failed run shows what there is.</summary>
public static class ReportWriter
{
    /// <summary>Writes <see cref="RunDirectory.ReportMarkdown"/> and <see cref="RunDirectory.ReportHtml"/>.</summary>
    public static void Write(RunReport report, RunDirectory directory)
    {
        IReadOnlyList<ReportBlock> blocks = ReportComposer.Compose(report);
        AtomicFile.WriteAllText(directory.ReportMarkdown, MarkdownReport.Render(blocks));
        AtomicFile.WriteAllText(directory.ReportHtml, HtmlReport.Render($"{report.Pipeline} · {report.Run}", blocks));
    }
}
