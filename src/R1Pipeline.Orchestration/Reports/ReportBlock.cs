namespace R1Pipeline.Orchestration.Reports;

/// <summary>A piece of a report, free of any notation: Markdown and HTML are written from the same list.</summary>
internal abstract record ReportBlock;

/// <summary>A heading; level 1 is the report's title.</summary>
internal sealed record HeadingBlock(int Level, string Text) : ReportBlock;

/// <summary>A paragraph of plain text.</summary>
internal sealed record TextBlock(string Text) : ReportBlock;

/// <summary>Names and values.</summary>
internal sealed record FactsBlock(IReadOnlyList<(string Name, string Value)> Facts) : ReportBlock;

/// <summary>A table.</summary>
internal sealed record TableBlock(ReportTable Table) : ReportBlock;

/// <summary>The curve of one figure over the steps of one stage.</summary>
internal sealed record CurveBlock(string Stage, string Title, IReadOnlyList<(long Step, double Value)> Points) : ReportBlock;

/// <summary>A sampled output with its reward parts.</summary>
internal sealed record SampleBlock(SampleOutput Sample) : ReportBlock;
