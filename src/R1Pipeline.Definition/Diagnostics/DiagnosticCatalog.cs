namespace R1Pipeline.Definition.Diagnostics;

/// <summary>Every code that a pipeline file can be refused with, and the text of <c>r1 explain</c>.</summary>
public static class DiagnosticCatalog
{
    /// <summary>All codes, ascending.</summary>
    public static IReadOnlyList<DiagnosticInfo> All { get; } = [.. DocumentDiagnostics.All, .. MeaningDiagnostics.All];

    /// <summary>The entry of that code (in any case), or null.</summary>
    public static DiagnosticInfo? Find(string code) => All.FirstOrDefault(info => info.Code.Equals(code, StringComparison.OrdinalIgnoreCase));
}
