using System.CommandLine;
using System.Text.Json;
using R1Pipeline.Orchestration.Status;
using Spectre.Console;

namespace R1Pipeline.Cli.Output;

/// <summary>
/// Where the command's words go: text for people to standard error, tables and JSON to standard output. Colours and live displays only where a
/// person watches: not when piped, with <c>--no-color</c>, <c>NO_COLOR</c> or a dumb terminal.
/// </summary>
internal sealed class Terminal
{
    private readonly Lazy<IAnsiConsole> _tables;
    private readonly Lazy<IAnsiConsole> _people;

    private Terminal(bool plain)
    {
        IsLive = !plain && !Console.IsErrorRedirected;
        _tables = new(() => Create(Console.Out, styled: !plain && !Console.IsOutputRedirected, Console.IsOutputRedirected));
        _people = new(() => Create(Console.Error, styled: IsLive, Console.IsErrorRedirected));
    }

    /// <summary>Whether progress may be drawn in place.</summary>
    public bool IsLive { get; }

    /// <summary>Standard error for people: live displays.</summary>
    public IAnsiConsole People => _people.Value;

    /// <summary>Standard output for tables.</summary>
    public IAnsiConsole Tables => _tables.Value;

    /// <summary>The terminal as the command line wants it.</summary>
    public static Terminal Of(ParseResult parsed)
    {
        bool plain = parsed.GetValue(CommonOptions.NoColor)
            || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            || Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Terminal(plain);
    }

    /// <summary>A line for people.</summary>
    public void Say(string line)
    {
        // Through the live display when there is one: it moves itself below the line.
        if (_people.IsValueCreated && IsLive) _people.Value.WriteLine(line);
        else Console.Error.WriteLine(line);
    }

    /// <summary>Shows the cursor again that a live display hides.</summary>
    public void RestoreCursor()
    {
        if (IsLive) Console.Error.Write("\u001b[?25h");
    }

    /// <summary>What went wrong, for people.</summary>
    public void Fail(string message) => Say("error: " + message);

    /// <summary>A line of plain text on standard output.</summary>
    public void Print(string line) => Console.Out.WriteLine(line);

    /// <summary>One JSON object on a line of its own, in the dialect of the <c>--json</c> contracts.</summary>
    public void PrintJson<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, StatusJson.Options));

    private static IAnsiConsole Create(TextWriter writer, bool styled, bool piped)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = styled ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = styled ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
            Interactive = styled ? InteractionSupport.Detect : InteractionSupport.No,
        });

        // A pipe has no width: lines must not be folded for a terminal that is not there.
        if (piped) console.Profile.Width = 4000;
        return console;
    }
}
