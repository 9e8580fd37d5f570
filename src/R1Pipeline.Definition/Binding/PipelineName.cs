using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>The rule for names of pipelines, stages, sources, tasks and reward models: they become folder names, JSON keys and parts of dotted paths.</summary>
internal static class PipelineName
{
    private const int MaxLength = 64;

    /// <summary>What is accepted, for messages.</summary>
    public const string Accepted = "lower-case letters, digits and hyphens, beginning with a letter or a digit, 64 at most";

    /// <summary>Whether the text is a name.</summary>
    public static bool IsValid(string text) =>
        text.Length is > 0 and <= MaxLength && text[0] != '-' && text.All(letter => letter is '-' or (>= 'a' and <= 'z') or (>= '0' and <= '9'));

    /// <summary>Whether it is a name; if not, that is reported.</summary>
    public static bool Check(CompileContext context, DocumentScalar scalar, string what)
    {
        if (IsValid(scalar.Text)) return true;
        context.Report(scalar.Mark, DiagnosticCodes.BadName, $"'{scalar.Text}' cannot name {what}; accepted: {Accepted}");
        return false;
    }
}
