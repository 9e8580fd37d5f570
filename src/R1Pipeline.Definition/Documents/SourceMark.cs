namespace R1Pipeline.Definition.Documents;

/// <summary>Where a node of the document stands.</summary>
/// <param name="File">The file as the user named it, or the whole override (<c>--set seed=2</c>).</param>
/// <param name="Line">Line, from 1; 0 in an override.</param>
/// <param name="Column">Column, from 1; 0 in an override.</param>
internal readonly record struct SourceMark(string File, int Line, int Column)
{
    /// <summary>Whether the node came from <c>--set</c>.</summary>
    public bool IsOverride => Line == 0;

    /// <summary>What the resolved definition says about a value from here.</summary>
    public string Origin => IsOverride ? File : $"{Path.GetFileName(File)}:{Line}";
}
