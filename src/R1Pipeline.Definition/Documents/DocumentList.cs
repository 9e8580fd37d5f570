namespace R1Pipeline.Definition.Documents;

/// <summary>A sequence.</summary>
/// <param name="Mark">Where it begins.</param>
/// <param name="Items">Its items, in order.</param>
internal sealed record DocumentList(SourceMark Mark, IReadOnlyList<DocumentNode> Items) : DocumentNode(Mark)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}
