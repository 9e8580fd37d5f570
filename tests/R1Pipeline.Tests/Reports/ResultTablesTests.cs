using R1Pipeline.Orchestration.Reports;

namespace R1Pipeline.Tests.Reports;

public sealed class ResultTablesTests
{
    [Fact]
    public void Paper_StageKinds_FillTheColumnsWhateverTheNames()
    {
        ReportTable table = Assert.Single(ResultTables.Paper(SampleReports.Chain()));

        Assert.Equal(["task", "Zero (alone)", "Dev1 (warm)", "Dev2 (think)", "Dev3 (tune)", "R1 (all)"], table.Columns);
        Assert.Equal(["sums (pass@1)", ".863", ".500", "–", "–", ".900"], table.Rows[0]);
        Assert.Equal(["sums (cons@16)", ".950", "–", "–", "–", "1.000"], table.Rows[1]);
    }

    [Fact]
    public void Paper_NothingMeasured_NoTable()
    {
        RunReport report = SampleReports.Chain();

        Assert.Empty(ResultTables.Paper(report with { Stages = [.. report.Stages.Where(stage => stage.Uses != "evaluation")] }));
    }

    [Fact]
    public void Tasks_Evaluation_OneRowAModelWithInterval()
    {
        ReportTable table = Assert.Single(ResultTables.Tasks(SampleReports.Chain()));

        Assert.Equal(["stage", "pass@1", "loose", "pass@16", "cons@16", "format", "mixing", "reflective", "tokens", "wall"], table.Columns);
        Assert.Equal(["alone", ".863 ±.032", ".870", ".980", ".950", ".990", ".400", ".000", "55.3", "–"], table.Rows[0]);
        Assert.Equal(3, table.Rows.Count);
    }

    [Fact]
    public void Stages_WallAndMemory_AreShown()
    {
        ReportTable table = ResultTables.Stages(SampleReports.Chain());

        IReadOnlyList<string> row = Assert.Single(table.Rows, row => row[0] == "think");
        Assert.Equal("4 min 05 s", row[4]);
        Assert.Equal("300.0 MiB", row[5]);
    }
}
