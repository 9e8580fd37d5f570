using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration.Reports;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary><c>r1 bench memory</c>: what loading, sampling and training take, each in a process of its own, beside the estimate of <c>r1 plan</c>.</summary>
internal static class MemoryBenchCommand
{
    private const double Tolerance = 0.15;

    public static Command Create()
    {
        var model = new Option<string[]>("--model") { Description = "Only these sizes (default: all).", AllowMultipleArgumentsPerToken = true };
        model.AcceptOnlyFromAmong([.. MemorySize.All.Select(size => size.Name)]);
        var work = new Option<string[]>("--work") { Description = "Only this work, as the table names it (default: all of a size).", AllowMultipleArgumentsPerToken = true };
        work.AcceptOnlyFromAmong([.. MemoryBenchmark.Works]);
        var checkpoint = new Option<bool>("--checkpoint") { Description = "Also copy out a checkpoint after each step, as stages do; 494M then takes 20 GiB." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("memory", "Peak memory of loading, generating, an SFT and a GRPO step, full, LoRA and QLoRA, of random models, beside the estimate; ends with 1 where they differ by more than 15 %. Minutes, 13 GiB.") { model, work, checkpoint, json };
        command.SetAction((parsed, stop) => ExecuteAsync(parsed, parsed.GetValue(model) ?? [], parsed.GetValue(work) ?? [], parsed.GetValue(checkpoint), parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string[] models, string[] works, bool checkpoint, bool json, CancellationToken stop)
    {
        var terminal = Terminal.Of(parsed);
        if (!OperatingSystem.IsLinux())
        {
            terminal.Fail("the resident set is read from /proc: this needs Linux");
            return ExitCode.EnvironmentLacks;
        }

        var benchmark = new MemoryBenchmark(CommonOptions.StateDirectory(parsed), checkpoint);
        var figures = new List<MemoryFigure>();
        foreach (MemorySize size in MemorySize.All.Where(size => models.Length == 0 || models.Contains(size.Name)))
        {
            await foreach (MemoryFigure figure in benchmark.MeasureAsync(size, works, stop))
            {
                figures.Add(figure);
                if (json) terminal.PrintJson(figure);
                else terminal.Say($"{figure.Model}, {figure.Work}: estimate {Figures.Bytes(figure.EstimateBytes)}, peak {Figures.Bytes(figure.PeakBytes)}");
            }
        }

        if (!json) TableView.Print(terminal, Table(figures), "work");
        return figures.All(figure => Math.Abs(figure.Ratio - 1) <= Tolerance) ? ExitCode.Done : ExitCode.Failed;
    }

    private static ReportTable Table(IReadOnlyList<MemoryFigure> figures) => new(
        "Resident set of a process that does only this",
        "Estimate: what r1 plan says. Above idle: peak less the same process with libtorch loaded and nothing done.",
        ["model", "work", "estimate", "peak", "estimate / peak", "above idle"],
        [.. figures.Select(IReadOnlyList<string> (figure) =>
            [figure.Model, figure.Work, Figures.Bytes(figure.EstimateBytes), Figures.Bytes(figure.PeakBytes), figure.Ratio.ToString("0.00"), Figures.Bytes(figure.AboveIdleBytes)])]);
}
