namespace R1Pipeline.Definition.Diagnostics;

/// <summary>One mistake of the user's: where it stands, what is wrong and what is accepted.</summary>
/// <param name="File">The file as the user named it, or the override (<c>--set seed=x</c>).</param>
/// <param name="Line">Line, from 1; 0 where the place has no lines (an override).</param>
/// <param name="Column">Column, from 1; 0 where it is not known (a data row).</param>
/// <param name="Code">A code of <see cref="DiagnosticCatalog"/>.</param>
/// <param name="Message">What is wrong; what is accepted.</param>
public sealed record Diagnostic(string File, int Line, int Column, string Code, string Message)
{
    /// <summary>The line that the user reads: <c>file:line:column: R1xxx: message</c>.</summary>
    public override string ToString() => (Line, Column) switch
    {
        (0, _) => $"{File}: {Code}: {Message}",
        (_, 0) => $"{File}:{Line}: {Code}: {Message}",
        _ => $"{File}:{Line}:{Column}: {Code}: {Message}",
    };
}
