using System.CommandLine;
using System.Globalization;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Reports;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary><c>r1 bench checkpoint</c>: how long a save keeps the training thread. The worker measures, in a process of its own; this command shows.</summary>
internal static class CheckpointBenchCommand
{
    private const double Limit = 0.10;

    public static Command Create()
    {
        var parameters = new Option<long>("--parameters") { Description = "Parameters of the model (default 100000000: 1.2 GB of state).", HelpName = "N", DefaultValueFactory = _ => 100_000_000 };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("checkpoint", "Stall of the training by a save beside it against one that it waits for, median of 5, on the disk of the state folder; ends with 1 above 10 %.") { parameters, json };
        command.SetAction((parsed, stop) => ExecuteAsync(parsed, parsed.GetValue(parameters), parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, long parameters, bool json, CancellationToken stop)
    {
        var terminal = Terminal.Of(parsed);
        CheckpointFigures figures = await WorkerFigures.MeasureAsync<CheckpointFigures>(stop, "--bench-checkpoint", parameters.ToString(CultureInfo.InvariantCulture), CommonOptions.StateDirectory(parsed));
        if (json) terminal.PrintJson(figures);
        else Print(terminal, figures);
        return figures.StallShare < Limit ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Print(Terminal terminal, CheckpointFigures figures)
    {
        terminal.Print($"state                 {figures.Parameters} parameters, {Figures.Bytes(figures.Bytes)}: weights and two moments");
        terminal.Print($"save, training waits  {Seconds(figures.SynchronousSeconds)}");
        terminal.Print($"save, training goes on, stall  {Seconds(figures.StallSeconds)}");
        terminal.Print($"stall share           {figures.StallShare:P1} (limit {Limit:P0})");
        terminal.Print($"optimizer step        {figures.StepSeconds:0.000} s; {figures.StepWhileSavingSeconds:0.000} s while saving ({figures.StepsWhileSaving} steps)");
    }

    private static string Seconds(IReadOnlyList<double> values) =>
        $"{CheckpointFigures.Median(values):0.000} s ({string.Join(", ", values.Select(value => value.ToString("0.000")))})";
}
