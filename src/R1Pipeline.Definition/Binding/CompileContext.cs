using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>What the binders share: where mistakes go and where values came from.</summary>
/// <param name="file">The pipeline file as the user named it.</param>
/// <param name="diagnostics">Where mistakes go.</param>
internal sealed class CompileContext(string file, DiagnosticBag diagnostics)
{
    private readonly Dictionary<string, string> _origins = [];

    /// <summary>The pipeline file as the user named it.</summary>
    public string File { get; } = file;

    /// <summary>Folder of the pipeline file, absolute. Asked for only once the file has been read: a path that is no path ends earlier.</summary>
    public string Directory => Path.GetDirectoryName(Path.GetFullPath(File))!;

    /// <summary>Where each value came from, by dotted path.</summary>
    public IReadOnlyDictionary<string, string> Origins => _origins;

    /// <summary>How many mistakes there are so far.</summary>
    public int NumProblems => diagnostics.Count;

    /// <summary>Adds a mistake.</summary>
    public void Report(SourceMark mark, string code, string message) => diagnostics.Add(mark, code, message);

    /// <summary>Adds a mistake in a data file.</summary>
    public void ReportRow(string path, int line, int column, string code, string message) => diagnostics.Add(path, line, column, code, message);

    /// <summary>Remembers where the value at a dotted path came from.</summary>
    public void SetOrigin(string path, string origin) => _origins[path] = origin;
}
