using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Diagnostics;

/// <summary>Collects the mistakes of one compilation, so that the user sees all of them at once.</summary>
/// <param name="pipelineFile">The file whose mistakes come first.</param>
internal sealed class DiagnosticBag(string pipelineFile)
{
    private readonly HashSet<Diagnostic> _diagnostics = [];

    /// <summary>How many there are.</summary>
    public int Count => _diagnostics.Count;

    /// <summary>Adds one at a place of the document.</summary>
    public void Add(SourceMark mark, string code, string message) => _diagnostics.Add(new Diagnostic(mark.File, mark.Line, mark.Column, code, message));

    /// <summary>Adds one at a data row.</summary>
    public void Add(string file, int line, int column, string code, string message) => _diagnostics.Add(new Diagnostic(file, line, column, code, message));

    /// <summary>All of them: overrides, then the pipeline file by line and column, then data files by line.</summary>
    public IReadOnlyList<Diagnostic> Sorted() =>
    [
        .. _diagnostics
            .OrderBy(diagnostic => diagnostic.File == pipelineFile ? 1 : diagnostic.File.StartsWith("--set ", StringComparison.Ordinal) ? 0 : 2)
            .ThenBy(diagnostic => diagnostic.File, StringComparer.Ordinal)
            .ThenBy(diagnostic => diagnostic.Line)
            .ThenBy(diagnostic => diagnostic.Column)
            .ThenBy(diagnostic => diagnostic.Code, StringComparer.Ordinal),
    ];
}
