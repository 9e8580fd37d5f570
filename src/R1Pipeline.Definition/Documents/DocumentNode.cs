namespace R1Pipeline.Definition.Documents;

/// <summary>A node of the loose document: YAML with places and nothing else. No meaning is attached here.</summary>
/// <param name="Mark">Where it begins.</param>
internal abstract record DocumentNode(SourceMark Mark)
{
    /// <summary>What it is, in the words of the messages.</summary>
    public abstract string Kind { get; }
}
