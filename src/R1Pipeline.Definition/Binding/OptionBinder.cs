using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>Fills an options record from a mapping, strictly: every key must be an option of the record. Checks values one by one, never against each other.</summary>
/// <param name="context">Where mistakes and origins go.</param>
internal sealed class OptionBinder(CompileContext context)
{
    private readonly ValueReader _values = new(context);

    /// <summary>Binds a mapping.</summary>
    /// <param name="type">The options record.</param>
    /// <param name="map">The mapping; null: all defaults.</param>
    /// <param name="mark">Where to point when a key is missing.</param>
    /// <param name="path">Dotted path of the mapping, for origins.</param>
    /// <param name="what">The mapping in the words of the messages.</param>
    /// <param name="foreign">Keys of the mapping that the caller reads.</param>
    public BoundOptions Bind(Type type, DocumentMap? map, SourceMark mark, string path, string what, params IReadOnlyList<string> foreign)
    {
        OptionShape shape = OptionShape.Of(type);
        object value = Activator.CreateInstance(type)!;
        var given = new Dictionary<string, DocumentEntry>();
        var nested = new Dictionary<string, BoundOptions>();
        var broken = new HashSet<string>();

        foreach (DocumentEntry entry in map?.Distinct ?? [])
        {
            string key = entry.Key.Text;
            if (shape.Find(key) is not null) given[key] = entry;
            else if (!foreign.Contains(key))
                context.Report(entry.Key.Mark, DiagnosticCodes.UnknownKey, $"unknown key '{key}' in {what}{DidYouMean.Hint(key, shape.Properties.Select(property => property.Name).Concat(foreign))}");
        }

        foreach (OptionProperty option in shape.Properties)
        {
            given.TryGetValue(option.Name, out DocumentEntry? entry);
            string optionPath = $"{path}.{option.Name}";
            if (option.Kind == OptionValueKind.Nested && !(option.IsNullable && entry is null or { Value: DocumentScalar { IsNull: true } }))
            {
                DocumentMap? inner = entry is null ? null : ReadMap(option.Name, entry.Value);
                BoundOptions bound = Bind(option.Type, inner, entry?.Key.Mark ?? mark, optionPath, $"'{option.Name}' of {what}");
                option.Property.SetValue(value, bound.Value);
                nested[option.Name] = bound;
                if (entry is not null && inner is null) broken.Add(option.Name);
                continue;
            }

            context.SetOrigin(optionPath, entry?.Value.Mark.Origin ?? "default");
            if (entry is null)
            {
                if (!option.IsRequired) continue;
                broken.Add(option.Name);
                context.Report(mark, DiagnosticCodes.MissingKey, $"{what} lacks the key '{option.Name}'; accepted: {option.Accepted}");
            }
            else if (TryRead(option, entry.Value, out object? read))
            {
                option.Property.SetValue(value, read);
            }
            else
            {
                broken.Add(option.Name);
            }
        }

        return new BoundOptions(value, mark, given, nested, broken);
    }

    /// <summary>The node as a mapping, or null (reported).</summary>
    public DocumentMap? ReadMap(string name, DocumentNode node)
    {
        if (node is DocumentMap map) return map;
        if (node is not DocumentRefused) context.Report(node.Mark, DiagnosticCodes.WrongType, $"'{name}' is {node.Kind}, the wrong type; accepted: a mapping");
        return null;
    }

    private bool TryRead(OptionProperty option, DocumentNode node, out object? value)
    {
        if (option.Kind == OptionValueKind.WeightMap) return TryReadWeights(option, node, out value);
        if (option.Kind != OptionValueKind.FieldMap) return _values.TryRead(option, node, out value);
        value = null;
        if (ReadMap(option.Name, node) is not { } map) return false;
        var fields = new Dictionary<string, IReadOnlyList<string>>();
        foreach (DocumentEntry field in map.Distinct)
        {
            IReadOnlyList<string>? keys = field.Value is DocumentList
                ? _values.ReadTexts(field.Key.Text, "a key of the file, or a list of keys", field.Value)
                : _values.ReadText(field.Key.Text, "a key of the file, or a list of keys", field.Value) is { } key ? [key] : null;
            if (keys is { Count: > 0 }) fields[field.Key.Text] = keys;
            else if (keys is not null)
                context.Report(field.Value.Mark, DiagnosticCodes.NotAccepted, $"'{field.Key.Text}' lists no key; accepted: a key of the file, or a list of keys");
        }

        value = fields;
        return fields.Count == map.Distinct.Count();
    }
    private bool TryReadWeights(OptionProperty option, DocumentNode node, out object? value)
    {
        value = null;
        if (option.IsNullable && node is DocumentScalar { IsNull: true }) return true;
        if (ReadMap(option.Name, node) is not { } map) return false;
        var weights = new Dictionary<string, double>();
        foreach (DocumentEntry entry in map.Distinct)
        {
            if (_values.ReadNumber(entry.Key.Text, option, entry.Value) is { } weight) weights[entry.Key.Text] = weight;
        }

        value = weights;
        return weights.Count == map.Distinct.Count();
    }
}
