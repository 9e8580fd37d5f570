using R1Pipeline.Definition;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Tests.Definition;

/// <summary>A temporary folder with a pipeline file and whatever it names.</summary>
internal sealed class PipelineFolder : IDisposable
{
    /// <summary>The folder.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("r1-definition-").FullName;

    /// <summary>The pipeline file that <see cref="Compile"/> writes.</summary>
    public string File => Path.Combine(Root, "test.yaml");

    /// <summary>Writes a file below the folder.</summary>
    public string Write(string name, string text)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes the pipeline and compiles it.</summary>
    public CompileResult Compile(string yaml, params string[] overrides)
    {
        Write("test.yaml", yaml);
        return PipelineCompiler.Compile(File, overrides);
    }

    /// <summary>The diagnostics in short: <c>line:column code</c>, or <c>name:line:column code</c> outside the pipeline file.</summary>
    public string[] Short(CompileResult result) =>
        [.. result.Diagnostics.Select(problem => (problem.File == File ? "" : Path.GetFileName(problem.File) + ":") + $"{problem.Line}:{problem.Column} {problem.Code}")];

    /// <summary>The only diagnostic of a result.</summary>
    public static Diagnostic Only(CompileResult result)
    {
        Assert.Null(result.Definition);
        return Assert.Single(result.Diagnostics);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);
}
