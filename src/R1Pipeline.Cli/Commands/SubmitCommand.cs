using System.CommandLine;
using R1Pipeline.Cli.Access;
using R1Pipeline.Cli.Output;
using R1Pipeline.Definition;
using R1Pipeline.Definition.Resolved;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Api;
using R1Pipeline.Orchestration.Status;

namespace R1Pipeline.Cli.Commands;

/// <summary>
/// <c>r1 submit</c>: as <c>r1 run</c>, but a server does the work. The file is compiled here, so that its relative paths and its mistakes are those of
/// <c>r1 run</c>; the server reads the data at the same absolute paths.
/// </summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        Argument<string> file = CommonOptions.File();
        Option<string[]> set = CommonOptions.Set();
        Option<int?> priority = CommonOptions.Priority();
        var wait = new Option<bool>("--wait") { Description = "Follow the run until it rests, as r1 watch does." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("submit", "Put a pipeline into the queue of a server (r1 daemon), or its newest unfinished run again.") { file, set, priority, wait, json, CommonOptions.Server };
        command.SetAction((parsed, stop) => ExecuteAsync(
            parsed, parsed.GetRequiredValue(file), parsed.GetValue(set) ?? [], parsed.GetValue(priority), parsed.GetValue(wait), parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string file, string[] overrides, int? priority, bool wait, bool json, CancellationToken stop)
    {
        var terminal = Terminal.Of(parsed);
        using ServerRuns server = RunAccess.Server(parsed) ?? throw new RunRefusedException(
            $"submit needs a server: --server unix:PATH (r1 daemon makes one) or {CommonOptions.ServerVariable}; r1 run does the work itself", ExitCode.WrongInput);
        CompileResult result = PipelineCompiler.Compile(file, overrides);
        if (result.Definition is not { } definition)
        {
            Mistakes.Print(terminal, result.Diagnostics);
            Mistakes.PrintSummary(terminal, result.Diagnostics.Count);
            return ExitCode.WrongInput;
        }

        string resolved = ResolvedDefinition.Write(definition, new Dictionary<string, string>());
        RunStatus run = await server.SubmitAsync(new RunSubmission(resolved, await File.ReadAllTextAsync(file, stop), result.Origins, priority), stop);
        Submitted.Print(terminal, server, run, json);
        return wait ? await WatchCommand.FollowAsync(terminal, server, run.Run, stop) : ExitCode.Done;
    }
}
