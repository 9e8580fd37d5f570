using System.CommandLine;
using R1Pipeline.Cli.Output;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary><c>r1 bench orchestration</c>: prints what <see cref="OrchestrationBenchmark"/> measures and holds it against the limits.</summary>
internal static class OrchestrationBenchCommand
{
    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        var command = new Command("orchestration", "What a run takes beside the work of its workers: a stage, and as a share of a run with an hour of work.") { json };
        command.SetAction((parsed, stop) => ExecuteAsync(Terminal.Of(parsed), parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(Terminal terminal, bool json, CancellationToken stop)
    {
        OrchestrationFigure figure = await new OrchestrationBenchmark(TimeProvider.System).MeasureAsync(stop);
        if (json) terminal.PrintJson(figure);
        else
        {
            terminal.Print($"outside the workers   {figure.OutsideSecondsPerStage:0.00} s a stage (limit {figure.LimitSecondsPerStage:0.0} s; {figure.NumStages} stages, {Seconds(figure.OutsideSeconds)} s of runs with {Seconds(figure.WorkerSeconds)} s of work)");
            terminal.Print($"beside the workers    {figure.ProcessorSecondsPerHour:0.0} s of processor time an hour");
            terminal.Print($"run with 1 h of work  {figure.ShareOfHour:0.00 %} (limit {figure.LimitShareOfHour:0 %})");
        }
        return figure.IsWithinLimits ? ExitCode.Done : ExitCode.Failed;

        static string Seconds(IReadOnlyList<double> seconds) => string.Join(" and ", seconds.Select(value => value.ToString("0.0")));
    }
}
