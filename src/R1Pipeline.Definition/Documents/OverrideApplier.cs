using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Definition.Documents;

/// <summary>
/// Puts the values of <c>--set path=value</c> into the document before it is bound, so that an override is checked like a line of the file.
/// It changes stages and sources that the file has; it does not make new ones.
/// </summary>
/// <param name="diagnostics">Where mistakes go.</param>
internal sealed class OverrideApplier(DiagnosticBag diagnostics)
{
    private static readonly string[] TopLevel = ["name", "seed", "data", "stages"];

    /// <summary>The document with all overrides, in order.</summary>
    public DocumentMap Apply(DocumentMap document, IReadOnlyList<string> overrides)
    {
        foreach (string text in overrides) document = Apply(document, text);
        return document;
    }

    private DocumentMap Apply(DocumentMap document, string text)
    {
        string origin = $"--set {text}";
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string[] path = equals < 0 ? [] : text[..equals].Split('.');
        if (path.Length == 0 || path.Any(string.IsNullOrWhiteSpace))
        {
            Report(origin, "an override is 'path=value' with a dotted path; accepted: for example stages.sft.with.epochs=1");
            return document;
        }

        int before = diagnostics.Count;
        var mark = new SourceMark(origin, 0, 0);
        DocumentNode? value = new YamlDocumentReader(diagnostics, origin, isOverride: true).Read(text[(equals + 1)..]);
        if (diagnostics.Count > before) return document;
        if (CheckPath(document, path, origin)) return (DocumentMap)Replace(document, path, 0, value ?? new DocumentScalar(mark, "", IsPlain: true), mark);
        return document;
    }

    private bool CheckPath(DocumentMap document, string[] path, string origin)
    {
        if (!TopLevel.Contains(path[0]))
        {
            Report(origin, $"there is no '{path[0]}' to override{DidYouMean.Hint(path[0], TopLevel)}");
            return false;
        }

        if (path.Length >= 2 && path[0] is ("stages" or "data") && !(path[0] == "data" && path[1] == "root"))
        {
            string what = path[0] == "stages" ? "stage" : "data source";
            IEnumerable<string> known = (document.Find(path[0])?.Value as DocumentMap)?.Entries.Select(entry => entry.Key.Text) ?? [];
            if (!known.Contains(path[1]))
            {
                Report(origin, $"the file has no {what} '{path[1]}'{DidYouMean.Hint(path[1], known)}");
                return false;
            }
        }

        DocumentNode node = document;
        for (int depth = 0; depth < path.Length; depth++)
        {
            string at = string.Join('.', path[..depth]);
            switch (node)
            {
                case DocumentMap map:
                    if (map.Find(path[depth]) is not { } entry) return true;
                    node = entry.Value;
                    break;
                case DocumentList list when int.TryParse(path[depth], out int index) && index >= 0 && index < list.Items.Count:
                    node = list.Items[index];
                    break;
                case DocumentList list:
                    Report(origin, $"'{at}' is a list; accepted after it: an index from 0 to {list.Items.Count - 1}, or nothing (to replace the whole list)");
                    return false;
                case DocumentScalar { IsNull: true }:
                    return true;
                default:
                    Report(origin, $"'{at}' is {node.Kind}, which has nothing named '{path[depth]}' inside; accepted: a path that ends there");
                    return false;
            }
        }

        return true;
    }

    // CheckPath has walked the path: whatever is missing below an existing mapping is made, and the binder judges its key.
    private static DocumentNode Replace(DocumentNode? node, string[] path, int depth, DocumentNode value, SourceMark mark)
    {
        if (depth == path.Length) return value;
        if (node is DocumentList list)
        {
            int index = int.Parse(path[depth]);
            return list with { Items = [.. list.Items.Select((item, i) => i == index ? Replace(item, path, depth + 1, value, mark) : item)] };
        }

        DocumentMap map = node as DocumentMap ?? new DocumentMap(mark, []);
        DocumentEntry? existing = map.Find(path[depth]);
        DocumentNode inner = Replace(existing?.Value, path, depth + 1, value, mark);
        if (existing is not null) return map with { Entries = [.. map.Entries.Select(entry => ReferenceEquals(entry, existing) ? entry with { Value = inner } : entry)] };
        return map with { Entries = [.. map.Entries, new DocumentEntry(new DocumentScalar(mark, path[depth], IsPlain: true), inner)] };
    }

    private void Report(string origin, string message) => diagnostics.Add(origin, 0, 0, DiagnosticCodes.BadOverride, message);
}
