namespace R1Pipeline.Definition.Documents;

/// <summary>A single value, as text.</summary>
/// <param name="Mark">Where it begins.</param>
/// <param name="Text">The text, escapes resolved.</param>
/// <param name="IsPlain">Written without quotes: only then it may be a number, a boolean or null.</param>
internal sealed record DocumentScalar(SourceMark Mark, string Text, bool IsPlain) : DocumentNode(Mark)
{
    /// <summary>YAML 1.2 null: nothing, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => IsPlain && (Text is "" or "~" or "null" or "Null" or "NULL");

    /// <inheritdoc/>
    public override string Kind => IsNull ? "nothing" : IsPlain ? $"'{Text}'" : $"the text \"{Text}\"";
}
