using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Definition;

/// <summary>Turns a pipeline file into a valid, immutable definition, or into all of its mistakes at once. Starts nothing and writes nothing.</summary>
public static class PipelineCompiler
{
    /// <summary>Compiles one file.</summary>
    /// <param name="path">The file, absolute or relative to the current directory.</param>
    /// <param name="overrides">The values of <c>--set</c>, each <c>dotted.path=value</c>; later ones win.</param>
    public static CompileResult Compile(string path, IReadOnlyList<string> overrides) =>
        new(null, [new Diagnostic(path, 0, 0, "R1002", "the file cannot be read")], new Dictionary<string, string>());
}
