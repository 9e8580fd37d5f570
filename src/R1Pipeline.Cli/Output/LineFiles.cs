using System.CommandLine;
using System.Text;
using R1Pipeline.Orchestration;

namespace R1Pipeline.Cli.Output;

/// <summary>The options <c>--in</c> and <c>--out</c> of the commands that answer JSONL, and the work between the two.</summary>
internal static class LineFiles
{
    public static Option<string?> Input(string what) => new("--in") { Description = $"JSONL with {what} a line (default: standard input).", HelpName = "FILE" };

    public static Option<string?> Output(string what) => new("--out") { Description = $"{what} (default: standard output).", HelpName = "FILE" };

    /// <summary>An absolute path of a file that must be there.</summary>
    /// <exception cref="RunRefusedException">It is not there.</exception>
    public static string? Existing(string? path) => path is null ? null
        : File.Exists(path) ? Path.GetFullPath(path) : throw new RunRefusedException($"{path} does not exist", ExitCode.WrongInput);

    /// <summary>Opens both, answers all lines and says how many were refused.</summary>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="input">The file; null: standard input.</param>
    /// <param name="output">The file; null: standard output.</param>
    /// <param name="answer">Answers the input's lines and returns how many it refused.</param>
    /// <returns>Exit code.</returns>
    /// <exception cref="RunRefusedException">The input is not there.</exception>
    public static int Answer(Terminal terminal, string? input, string? output, Func<TextReader, TextWriter, int> answer)
    {
        input = Existing(input);
        using TextReader reader = input is null ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : new StreamReader(input, Encoding.UTF8);
        using TextWriter writer = output is null ? new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) : new StreamWriter(output, append: false, new UTF8Encoding(false));
        int refused = answer(reader, writer);
        if (refused == 0) return ExitCode.Done;
        terminal.Fail($"{refused} line{(refused == 1 ? "" : "s")} of {input ?? "standard input"} could not be answered; the output names them");
        return ExitCode.WrongInput;
    }
}
