namespace R1Pipeline.Definition.Documents;

/// <summary>A key and its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
internal sealed record DocumentEntry(DocumentScalar Key, DocumentNode Value);
