using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Stages;

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

    /// <summary>Whether an error only means that no report can be made (a full disk, a damaged sample): it changes nothing about how the run ended.</summary>
    public static bool IsHarmless(Exception error) =>
        error is IOException or UnauthorizedAccessException or InvalidDataException or JsonException or StageFailedException;
}
