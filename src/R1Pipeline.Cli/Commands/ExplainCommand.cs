using System.CommandLine;
using R1Pipeline.Cli.Output;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 explain</c>: what a diagnostic means and how to put it right.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var code = new Argument<string?>("CODE") { Description = "A code such as R1001; without it: all codes.", Arity = ArgumentArity.ZeroOrOne, HelpName = "CODE" };
        code.CompletionSources.Add(_ => DiagnosticCatalog.All.Select(info => info.Code));
        var command = new Command("explain", "Explain a diagnostic code.") { code };
        command.SetAction(parsed => Execute(Terminal.Of(parsed), parsed.GetValue(code)));
        return command;
    }

    private static int Execute(Terminal terminal, string? code)
    {
        if (code is null)
        {
            foreach (DiagnosticInfo info in DiagnosticCatalog.All) terminal.Print($"{info.Code}  {info.Title}");
            return ExitCode.Done;
        }
        if (DiagnosticCatalog.Find(code) is not { } found)
        {
            terminal.Fail($"there is no diagnostic '{code}'; r1 explain lists all");
            return ExitCode.WrongInput;
        }
        terminal.Print($"{found.Code}: {found.Title}\n\n{found.Explanation}\n\nwrong:\n{Indent(found.Wrong)}\n\nright:\n{Indent(found.Right)}");
        return ExitCode.Done;
    }

    private static string Indent(string text) => string.Join('\n', text.TrimEnd('\n').Split('\n').Select(line => "  " + line));
}
