using System.CommandLine;
using R1Pipeline.Artifacts;
using R1Pipeline.Cli.Output;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 logs</c>: what the owners of a run did, then what its workers wrote, attempt by attempt, and what native code printed. Reads files only.</summary>
internal static class LogsCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var stage = new Argument<string?>("STAGE") { Description = "Only the workers of this stage.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "The log lines as they are: compact JSON." };
        var command = new Command("logs", "Print the logs of a run and of its workers.") { run, stage, json };
        command.SetAction(parsed => Execute(parsed, parsed.GetRequiredValue(run), parsed.GetValue(stage), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(ParseResult parsed, string run, string? stage, bool json)
    {
        var terminal = Terminal.Of(parsed);
        using var state = StateStore.Require(parsed);
        RunStatus status = state.Reader.Status(run);
        var stages = status.Stages.Where(found => stage is null || found.Name == stage).ToList();
        if (stages.Count == 0) throw new RunRefusedException($"run {run} has no stage '{stage}'; it has {string.Join(", ", status.Stages.Select(found => found.Name))}", ExitCode.WrongInput);

        var directory = new RunDirectory(state.Directory, run);
        if (stage is null)
        {
            if (!json) terminal.Print($"== run {run}");
            PrintLog(terminal, directory.Log, json);
        }
        foreach (StageStatus found in stages)
        {
            for (int attempt = 1; attempt <= found.Attempts; attempt++) Print(terminal, found.Name, attempt, directory.Attempt(found.Name, attempt), json);
        }
        return ExitCode.Done;
    }

    private static void Print(Terminal terminal, string stage, int attempt, string directory, bool json)
    {
        if (!json) terminal.Print($"== {stage}, attempt {attempt}");
        PrintLog(terminal, RunDirectory.LogOf(directory), json);
        if (json) return;
        foreach (string line in Lines(RunDirectory.StandardErrorOf(directory))) terminal.Print("stderr: " + line);
    }

    private static void PrintLog(Terminal terminal, string path, bool json)
    {
        foreach (string line in Lines(path)) terminal.Print(json ? line : LogLine.Render(line));
    }

    /// <summary>Lines of a file that its writer may still hold open; none when it is not there yet.</summary>
    private static IEnumerable<string> Lines(string path)
    {
        if (!File.Exists(path)) yield break;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line) yield return line;
    }
}
