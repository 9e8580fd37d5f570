using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Cli.Output;

/// <summary>Prints what is wrong with pipeline files, a line each, in the form that editors jump to.</summary>
internal static class Mistakes
{
    /// <summary>The lines.</summary>
    public static void Print(Terminal terminal, IReadOnlyList<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics) terminal.Say(diagnostic.ToString());
    }

    /// <summary>The closing line.</summary>
    public static void PrintSummary(Terminal terminal, int count) =>
        terminal.Say($"{count} {(count == 1 ? "error" : "errors")}; nothing was started or created. r1 explain CODE tells more about one.");
}
