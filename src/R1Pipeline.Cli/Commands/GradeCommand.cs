using System.CommandLine;
using System.Text.Json;
using R1Pipeline.Cli.Output;
using R1Pipeline.Rewards.Grading;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 grade</c>: runs one reward over a file of any size, line by line; the order stays, bad lines are named and the rest is graded.</summary>
internal static class GradeCommand
{
    public static Command Create() => new("grade", "Run one reward over a JSON Lines file.")
    {
        Create("math", "Compare answers: {id, gold, prediction, options?, targets?} a line.", MathRows.Grade),
        Create("format", $"Check the form of outputs: {{id, completion, format}} a line; formats {string.Join(", ", NamedFormats.All)}.", FormatRows.Grade),
        Create("language", "Measure language consistency (rule LC-1): {id, text, target} a line; targets en, zh, other.", LanguageRows.Grade),
    };

    private static Command Create(string name, string description, Action<JsonElement, Utf8JsonWriter> grade)
    {
        var input = new Option<string>("--in") { Description = "File to grade (JSON Lines, UTF-8); - for standard input.", HelpName = "FILE", Required = true };
        var output = new Option<string>("--out") { Description = "File for the grades, a line for each; - for standard output.", HelpName = "FILE", Required = true };
        var command = new Command(name, description) { input, output };
        command.SetAction((parsed, stop) => Task.FromResult(Execute(Terminal.Of(parsed), parsed.GetRequiredValue(input), parsed.GetRequiredValue(output), grade, stop)));
        return command;
    }

    private static int Execute(Terminal terminal, string input, string output, Action<JsonElement, Utf8JsonWriter> grade, CancellationToken stop)
    {
        if (input != "-" && output != "-" && Path.GetFullPath(input) == Path.GetFullPath(output))
        {
            terminal.Fail($"--in and --out are the same file, {input}: its rows would be lost.");
            return ExitCode.WrongInput;
        }

        try
        {
            using TextReader reader = input == "-" ? Console.In : new StreamReader(input);
            using TextWriter writer = output == "-" ? Console.Out : new StreamWriter(output);
            int bad = JsonLinesGrader.Run(reader, writer, grade, stop);
            if (bad == 0) return ExitCode.Done;
            terminal.Fail($"{bad} {(bad == 1 ? "line" : "lines")} of {input} could not be graded: see the field error in {output}");
            return ExitCode.WrongInput;
        }
        catch (OperationCanceledException)
        {
            terminal.Fail($"interrupted: {output} holds the grades so far");
            return ExitCode.Interrupted;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            terminal.Fail(error.Message);
            return ExitCode.WrongInput;
        }
    }
}
