namespace R1Pipeline.Definition.Documents;

/// <summary>Stands where the reader met something that it refused and reported: whoever meets it stays silent.</summary>
/// <param name="Mark">Where it begins.</param>
internal sealed record DocumentRefused(SourceMark Mark) : DocumentNode(Mark)
{
    /// <inheritdoc/>
    public override string Kind => "something refused";
}
