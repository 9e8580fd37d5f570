using System.CommandLine;
using R1Pipeline.Cli.Access;
using R1Pipeline.Cli.Output;
using R1Pipeline.Cli.Running;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Api;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 resume</c>: goes on with a run from its checkpoints, accepts a missed gate, or computes a stage and all that depend on it again.</summary>
internal static class ResumeCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.Run();
        var from = new Option<string?>("--from") { Description = "Compute this stage and all that depend on it again.", HelpName = "STAGE" };
        var accept = new Option<string[]>("--accept")
        {
            Description = "Go on although this stage missed a gate; may be repeated.",
            HelpName = "STAGE",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };
        Option<int?> slots = RunCommand.Slots();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("resume", "Go on with a run, or redo it from a stage; on a server: put it into the queue again.") { run, from, accept, slots, json, CommonOptions.Server };
        command.SetAction((parsed, stop) =>
        {
            var resumption = new RunResumption(parsed.GetValue(from), parsed.GetValue(accept) ?? []);
            return RunAccess.Server(parsed) is { } server
                ? QueueAsync(parsed, server, parsed.GetRequiredValue(run), resumption, parsed.GetValue(slots), parsed.GetValue(json), stop)
                : ExecuteAsync(parsed, parsed.GetRequiredValue(run), resumption, parsed.GetValue(slots), parsed.GetValue(json));
        });
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string run, RunResumption resumption, int? slots, bool json)
    {
        // An unknown state folder is refused here: opening the engine's store would create it.
        StateStore.Require(parsed).Dispose();
        var session = new RunSession(parsed, slots, json);
        return await session.ExecuteAsync((engine, stop) => engine.ResumeAsync(run, resumption.From, [.. resumption.Accept], stop));
    }

    private static async Task<int> QueueAsync(ParseResult parsed, ServerRuns server, string run, RunResumption resumption, int? slots, bool json, CancellationToken stop)
    {
        using (server)
        {
            if (slots is not null) throw new RunRefusedException("--slots is the server's own: r1 daemon takes it", ExitCode.WrongInput);
            Submitted.Print(Terminal.Of(parsed), server, await server.ResumeAsync(run, resumption, stop), json);
            return ExitCode.Done;
        }
    }
}
