using System.CommandLine;
using R1Pipeline.Cli.Output;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary><c>r1 bench</c>: the measurements that the README quotes and that a user can repeat.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Repeat the measurements that the README quotes.") { CreateStartup(), CheckpointBenchCommand.Create(), OrchestrationBenchCommand.Create(), GradeBenchCommand.Create(), FuzzBenchCommand.Create(), EquivalenceBenchCommand.Create(), SandboxBenchCommand.Create(), CodeBenchCommand.Create(), MemoryBenchCommand.Create() };

    private static Command CreateStartup()
    {
        Option<bool> json = CommonOptions.Json();
        var command = new Command("startup", "Time from the command to its first answer, warm, median of 5; also that none of these loads libtorch.") { json };
        command.SetAction((parsed, stop) => ExecuteAsync(Terminal.Of(parsed), parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(Terminal terminal, bool json, CancellationToken stop)
    {
        IReadOnlyList<StartupFigure> figures = await new StartupBenchmark(TimeProvider.System).MeasureAsync(stop);
        foreach (StartupFigure figure in figures)
        {
            if (json) terminal.PrintJson(figure);
            else terminal.Print($"{figure.Command,-10} {figure.MedianSeconds:0.000} s (limit {figure.LimitSeconds:0.0} s; {string.Join(", ", figure.Seconds.Select(seconds => seconds.ToString("0.000")))}){(figure.LoadsTorch ? "  LOADS LIBTORCH" : "")}");
        }
        return figures.All(figure => figure.MedianSeconds < figure.LimitSeconds && !figure.LoadsTorch) ? ExitCode.Done : ExitCode.Failed;
    }
}
