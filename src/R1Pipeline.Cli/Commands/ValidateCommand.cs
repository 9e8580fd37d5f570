using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Definition;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 validate</c>: every mistake of every file at once, data rows included. Creates nothing.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Pipeline files (YAML).", Arity = ArgumentArity.OneOrMore };
        Option<string[]> set = CommonOptions.Set();
        var command = new Command("validate", "Check pipeline files and every row of their data; nothing is started.") { files, set };
        command.SetAction(parsed => Execute(Terminal.Of(parsed), parsed.GetRequiredValue(files), parsed.GetValue(set) ?? []));
        return command;
    }

    private static int Execute(Terminal terminal, string[] files, string[] overrides)
    {
        int mistakes = 0;
        foreach (string file in files)
        {
            CompileResult result = PipelineCompiler.Compile(file, overrides);
            mistakes += result.Diagnostics.Count;
            if (result.Definition is { } definition) terminal.Say($"{file}: good ({definition.Stages.Count} stages, {definition.Data.Count} data sources)");
            Mistakes.Print(terminal, result.Diagnostics);
        }
        if (mistakes > 0) Mistakes.PrintSummary(terminal, mistakes);
        return mistakes > 0 ? ExitCode.WrongInput : ExitCode.Done;
    }
}
