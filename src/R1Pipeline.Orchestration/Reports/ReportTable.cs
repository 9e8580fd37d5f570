namespace R1Pipeline.Orchestration.Reports;

/// <summary>A table of ready texts: the terminal, the Markdown and the HTML report show the same one.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Note">One sentence under the heading; null: none.</param>
/// <param name="Columns">Column heads; the first column holds names, the others figures.</param>
/// <param name="Rows">Rows of as many cells.</param>
public sealed record ReportTable(string Title, string? Note, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
