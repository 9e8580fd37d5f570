using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Cli.Running;

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
        var command = new Command("resume", "Go on with a run, or redo it from a stage.") { run, from, accept, slots, json };
        command.SetAction((parsed, _) => ExecuteAsync(
            parsed, parsed.GetRequiredValue(run), parsed.GetValue(from), parsed.GetValue(accept) ?? [], parsed.GetValue(slots), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string run, string? from, string[] accept, int? slots, bool json)
    {
        // An unknown state folder is refused here: opening the engine's store would create it.
        StateStore.Require(parsed).Dispose();
        var session = new RunSession(Terminal.Of(parsed), CommonOptions.StateDirectory(parsed), slots, json);
        return await session.ExecuteAsync((engine, stop) => engine.ResumeAsync(run, from, accept, stop));
    }
}
