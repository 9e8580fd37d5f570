using System.Xml.Linq;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Reports;

namespace R1Pipeline.Tests.Reports;

public sealed class ReportWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("r1-report-").FullName;

    private readonly RunDirectory _directory;

    public ReportWriterTests() => _directory = new RunDirectory(_folder, "chain");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_Chain_BothFilesCarryEverySection()
    {
        ReportWriter.Write(SampleReports.Chain(), _directory);

        foreach (string path in new[] { _directory.ReportMarkdown, _directory.ReportHtml })
        {
            string text = File.ReadAllText(path);
            foreach (string word in new[] { "sha256 ab12", "Zero (alone)", ".863 ±.032", "≥ .500", "Nothing came from sieve", "5 too-long", "entropy", "signal 9", "step 50", "reward 1.500 (accuracy 1.000, language .500)" })
            {
                Assert.Contains(word, text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Write_Twice_ReplacesBothAndLeavesNothingElse()
    {
        ReportWriter.Write(SampleReports.Chain(), _directory);
        ReportWriter.Write(SampleReports.Chain() with { State = "failed" }, _directory);

        Assert.Equal([_directory.ReportHtml, _directory.ReportMarkdown], Directory.GetFiles(_directory.Root).Order(StringComparer.Ordinal));
        Assert.Contains("failed", File.ReadAllText(_directory.ReportMarkdown), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_StageWithGate_ItsMeasuredRowsAreNotTrainingRows()
    {
        ReportWriter.Write(SampleReports.Chain(), _directory);

        string text = File.ReadAllText(_directory.ReportMarkdown);
        Assert.Contains(
            "tune trained on 0 rows of sieve (0 reasoning rows kept of 128 outputs sampled, 40 general rows), 30 rows of chat, starting from ground. Nothing came from sieve.",
            text, StringComparison.Ordinal);
        Assert.Contains("measured (gate)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Html_StandsAloneAndEscapesModelText()
    {
        ReportWriter.Write(SampleReports.Chain(), _directory);

        string html = File.ReadAllText(_directory.ReportHtml);
        Assert.Equal(6, html.Split("<svg").Length - 1);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"http", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(http", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        Assert.Contains("currentColor", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("#010203", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Html_DrawingsAreWellFormedAndTheirIdsDiffer()
    {
        ReportWriter.Write(SampleReports.Chain(), _directory);

        string html = File.ReadAllText(_directory.ReportHtml);
        var drawings = html.Split("<figure>").Skip(1).Select(piece => XElement.Parse(piece[..piece.IndexOf("</figure>", StringComparison.Ordinal)])).ToList();
        var ids = drawings.SelectMany(drawing => drawing.Descendants()).Select(element => element.Attribute("id")?.Value).OfType<string>().ToList();
        Assert.Equal(6, drawings.Count);
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(drawings, drawing => Assert.Contains(drawing.Descendants(), element => element.Name.LocalName == "clipPath"));
    }

    [Fact]
    public void Write_Markdown_FencesAreLongerThanAnyInTheText()
    {
        ReportWriter.Write(SampleReports.Chain(), _directory);

        string text = File.ReadAllText(_directory.ReportMarkdown);
        Assert.Contains("````text\n<think> ``` & <script>", text, StringComparison.Ordinal);
        Assert.Contains("# little \\<r1\\>: done", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Alarms_AreListedWithTheirIterationsAndSilenceIsSaid()
    {
        RunReport chain = SampleReports.Chain();
        ReportWriter.Write(chain, _directory);
        Assert.Contains("No sign of a fooled reward in alone", File.ReadAllText(_directory.ReportMarkdown), StringComparison.Ordinal);

        StageSection alone = chain.Stages.Single(stage => stage.Name == "alone");
        StepMetrics[] steps =
        [
            .. alone.Steps.Select(step => step.Step is 5 or 6 or 9
                ? step with { Values = new Dictionary<string, double>(step.Values) { ["alarm-length-runaway"] = step.Step / 2.0, ["alarm-saturated-model"] = 0 } }
                : step),
        ];
        ReportWriter.Write(chain with { Stages = [alone with { Steps = steps }] }, _directory);

        foreach (string text in new[] { File.ReadAllText(_directory.ReportMarkdown), File.ReadAllText(_directory.ReportHtml) })
        {
            Assert.Contains("length-runaway", text, StringComparison.Ordinal);
            Assert.Contains("3 iterations from 5 to 9", text, StringComparison.Ordinal);
            Assert.Contains("4.500", text, StringComparison.Ordinal);
            Assert.Contains("the part model is the same for all outputs", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Write_FailedRunWithoutFigures_SaysWhatWentWrong()
    {
        RunReport chain = SampleReports.Chain();
        StageSection failed = chain.Stages[0] with { State = "failed", Message = "loss is not finite at step 3" };
        ReportWriter.Write(chain with { State = "failed", Stages = [failed] }, _directory);

        string text = File.ReadAllText(_directory.ReportMarkdown);
        Assert.Contains("ground is failed: loss is not finite at step 3", text, StringComparison.Ordinal);
        Assert.Contains("there is no held-out figure", text, StringComparison.Ordinal);
    }
}
