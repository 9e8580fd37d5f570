using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Definition.Documents;

/// <summary>Reads a pipeline file into a loose document. Knows nothing of stages or options: it says only whether the file is a YAML mapping.</summary>
internal static class PipelineFileReader
{
    /// <summary>The document, or null when there is none to go on with (reported).</summary>
    public static DocumentMap? Read(string path, DiagnosticBag diagnostics)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string why = File.Exists(path) ? e.Message : Directory.Exists(path) ? "it is a folder" : "there is no such file";
            diagnostics.Add(path, 0, 0, DiagnosticCodes.FileUnreadable, $"the pipeline file cannot be read: {why}");
            return null;
        }

        int before = diagnostics.Count;
        DocumentNode? root = new YamlDocumentReader(diagnostics, path, isOverride: false).Read(text);
        if (root is DocumentMap map) return map;
        if (root is null or DocumentScalar { IsNull: true })
        {
            if (diagnostics.Count == before)
                diagnostics.Add(path, 1, 1, DiagnosticCodes.FileUnreadable, "the file holds no pipeline; it needs at least 'name' and 'stages'");
        }
        else if (root is not DocumentRefused)
        {
            diagnostics.Add(root.Mark, DiagnosticCodes.WrongType, $"a pipeline file is a mapping with the keys name, seed, data and stages; this one is {root.Kind}");
        }

        return null;
    }
}
