using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Cli.Running;
using R1Pipeline.Definition;
using R1Pipeline.Orchestration;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 run</c>: starts a pipeline, or goes on with its newest unfinished run: the same command line does both.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Argument<string> file = CommonOptions.File();
        Option<string[]> set = CommonOptions.Set();
        Option<int?> slots = Slots();
        Option<int?> priority = CommonOptions.Priority();
        var preempt = new Option<bool>("--preempt") { Description = "Where no slot is free, ask the running stage of the lowest priority, if it is lower, to checkpoint and give its slot away." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("run", "Run a pipeline, or go on with its newest unfinished run. Ctrl-C checkpoints and stops.") { file, set, slots, priority, preempt, json };
        command.SetAction((parsed, _) => ExecuteAsync(
            parsed,
            parsed.GetRequiredValue(file),
            parsed.GetValue(set) ?? [],
            new RunSession(parsed, parsed.GetValue(slots), parsed.GetValue(json)) { Preempt = parsed.GetValue(preempt) },
            parsed.GetValue(priority)));
        return command;
    }

    /// <summary>Stages side by side.</summary>
    public static Option<int?> Slots()
    {
        var slots = new Option<int?>("--slots") { Description = "Stages that may compute side by side on this machine (default: one a core).", HelpName = "N" };
        slots.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1) result.AddError("--slots must be at least 1");
        });
        return slots;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, string file, string[] overrides, RunSession session, int? priority)
    {
        var terminal = Terminal.Of(parsed);
        CompileResult result = PipelineCompiler.Compile(file, overrides);
        if (result.Definition is not { } definition)
        {
            Mistakes.Print(terminal, result.Diagnostics);
            Mistakes.PrintSummary(terminal, result.Diagnostics.Count);
            return ExitCode.WrongInput;
        }

        var source = new RunSource(await File.ReadAllTextAsync(file), result.Origins);
        return await session.ExecuteAsync((engine, stop) => engine.RunAsync(definition, source, stop, priority));
    }
}
