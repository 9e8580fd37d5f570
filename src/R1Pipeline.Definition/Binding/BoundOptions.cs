using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>A filled options record and which of its keys the user gave.</summary>
/// <param name="Value">The record; options with mistakes hold their default.</param>
/// <param name="Mark">Where the mapping stands, or the key that would have held it.</param>
/// <param name="Given">The entries that were given, by YAML name.</param>
/// <param name="Nested">The nested records that were given or defaulted, by YAML name.</param>
/// <param name="Broken">Options that were given wrongly or are missing (reported): they hold their default, and checks that involve them make no sense.</param>
internal sealed record BoundOptions(
    object Value,
    SourceMark Mark,
    IReadOnlyDictionary<string, DocumentEntry> Given,
    IReadOnlyDictionary<string, BoundOptions> Nested,
    IReadOnlySet<string> Broken)
{
    /// <summary>Whether every option could be read, nested ones included.</summary>
    public bool IsComplete => Broken.Count == 0 && Nested.Values.All(nested => nested.IsComplete);

    /// <summary>Where to point for an option: the value of the first of these that was given, else the mapping.</summary>
    public SourceMark At(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Given.TryGetValue(name, out DocumentEntry? entry)) return entry.Value.Mark;
        }

        return Mark;
    }
}
