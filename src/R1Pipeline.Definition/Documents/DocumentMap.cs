namespace R1Pipeline.Definition.Documents;

/// <summary>A mapping. Duplicate keys are kept (the reader has reported them); the first one counts.</summary>
/// <param name="Mark">Where it begins.</param>
/// <param name="Entries">Its entries, in file order.</param>
internal sealed record DocumentMap(SourceMark Mark, IReadOnlyList<DocumentEntry> Entries) : DocumentNode(Mark)
{
    /// <inheritdoc/>
    public override string Kind => "a mapping";

    /// <summary>The entries without the second and later ones of a key.</summary>
    public IEnumerable<DocumentEntry> Distinct => Entries.DistinctBy(entry => entry.Key.Text);

    /// <summary>The entry of that key, or null.</summary>
    public DocumentEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key.Text == key);
}
