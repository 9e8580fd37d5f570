using R1Pipeline.Definition.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace R1Pipeline.Definition.Documents;

/// <summary>
/// Builds the loose document from YAML parser events, so that every node keeps its line and column and duplicate keys are seen.
/// Refuses, with a diagnostic, what would make a file mean more than it shows: anchors and aliases, tags, merge keys, several documents.
/// </summary>
/// <param name="diagnostics">Where mistakes go.</param>
/// <param name="file">The file as the user named it, or the override that the text stands in.</param>
/// <param name="isOverride">Whether places inside the text mean nothing to the user.</param>
internal sealed class YamlDocumentReader(DiagnosticBag diagnostics, string file, bool isOverride)
{
    // Deeper than any pipeline, shallow enough for the stack: a file of brackets must not end the process.
    private const int MaxDepth = 64;

    /// <summary>The document, or null when the text is not YAML (reported) or holds nothing.</summary>
    public DocumentNode? Read(string text)
    {
        using var reader = new StringReader(text);
        var parser = new Parser(new Scanner(reader, skipComments: true));
        try
        {
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _)) return null;
            DocumentNode root = ReadNode(parser, depth: 0);
            parser.Consume<DocumentEnd>();
            if (parser.TryConsume<DocumentStart>(out DocumentStart? second))
                Refuse(second.Start, "a second document ('---'); a pipeline file holds one");
            return root;
        }
        catch (YamlException e)
        {
            diagnostics.Add(MarkOf(e.Start), DiagnosticCodes.YamlSyntax, $"not YAML: {FirstSentence(e.Message)}");
            return null;
        }
    }

    private DocumentNode ReadNode(Parser parser, int depth)
    {
        ParsingEvent current = parser.Current!;
        if (depth > MaxDepth)
        {
            parser.SkipThisAndNestedEvents();
            return Refuse(current.Start, $"nesting deeper than {MaxDepth} levels");
        }

        if (parser.TryConsume<AnchorAlias>(out AnchorAlias? alias))
            return Refuse(alias.Start, $"the alias '*{alias.Value}'; write the value out");
        if (current is NodeEvent node && Decoration(node) is { } decoration)
        {
            parser.SkipThisAndNestedEvents();
            return Refuse(node.Start, decoration);
        }

        if (parser.TryConsume<MappingStart>(out MappingStart? map)) return ReadMap(parser, map, depth);
        if (parser.TryConsume<SequenceStart>(out SequenceStart? list))
        {
            var items = new List<DocumentNode>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(parser, depth + 1));
            return new DocumentList(MarkOf(list.Start), items);
        }

        Scalar scalar = parser.Consume<Scalar>();
        return new DocumentScalar(MarkOf(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain);
    }

    private DocumentMap ReadMap(Parser parser, MappingStart start, int depth)
    {
        var entries = new List<DocumentEntry>();
        var first = new Dictionary<string, SourceMark>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            ParsingEvent keyEvent = parser.Current!;
            DocumentNode key = ReadNode(parser, depth + 1);
            DocumentNode value = ReadNode(parser, depth + 1);
            if (key is not DocumentScalar name)
            {
                if (key is not DocumentRefused) Refuse(keyEvent.Start, $"a key that is {key.Kind}; a key is a single word");
                continue;
            }

            if (name is { Text: "<<", IsPlain: true })
            {
                Refuse(keyEvent.Start, "the merge key '<<'; write the keys out");
                continue;
            }

            if (!first.TryAdd(name.Text, name.Mark))
                diagnostics.Add(name.Mark, DiagnosticCodes.DuplicateKey, $"the key '{name.Text}' is given twice; it stands first in line {first[name.Text].Line}: keep one");
            entries.Add(new DocumentEntry(name, value));
        }

        return new DocumentMap(MarkOf(start.Start), entries);
    }

    private static string? Decoration(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty) return $"the anchor '&{node.Anchor.Value}'; write the value out where it is used";
        return node.Tag.IsEmpty || node.Tag.IsNonSpecific ? null : $"the tag '{node.Tag.Value}'; types follow from the option";
    }

    private DocumentRefused Refuse(Mark at, string what)
    {
        diagnostics.Add(MarkOf(at), DiagnosticCodes.YamlUnsupported, $"not supported in a pipeline file: {what}");
        return new DocumentRefused(MarkOf(at));
    }

    private SourceMark MarkOf(Mark mark) => isOverride ? new SourceMark(file, 0, 0) : new SourceMark(file, (int)mark.Line, (int)mark.Column);

    private static string FirstSentence(string message)
    {
        string line = message.ReplaceLineEndings(" ");
        return line.TrimEnd('.', ' ');
    }
}
