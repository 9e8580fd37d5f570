using System.CommandLine;
using R1Pipeline.Cli.Access;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 logs</c>: what the owners of a run did, then what its workers wrote, attempt by attempt, and what native code printed.</summary>
internal static class LogsCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var stage = new Argument<string?>("STAGE") { Description = "Only the workers of this stage.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "The log lines as they are: compact JSON." };
        var command = new Command("logs", "Print the logs of a run and of its workers.") { run, stage, json, CommonOptions.Server };
        command.SetAction((parsed, stop) => ExecuteAsync(parsed, parsed.GetRequiredValue(run), parsed.GetValue(stage), parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string run, string? stage, bool json, CancellationToken stop)
    {
        var terminal = Terminal.Of(parsed);
        using IRunAccess access = RunAccess.Of(parsed);
        await foreach (RunLogLine line in access.LogsAsync(run, stage, stop))
        {
            if (!json) terminal.Print(Text(run, line));
            else if (line is { Text: { } logged, IsStandardError: false }) terminal.Print(logged);
        }
        return ExitCode.Done;
    }

    private static string Text(string run, RunLogLine line) => line switch
    {
        { Text: null, Stage: null } => $"== run {run}",
        { Text: null } => $"== {line.Stage}, attempt {line.Attempt}",
        { IsStandardError: true } => "stderr: " + line.Text,
        _ => LogLine.Render(line.Text),
    };
}
