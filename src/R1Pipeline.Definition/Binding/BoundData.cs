using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>The <c>data:</c> section as bound.</summary>
/// <param name="Root">Absolute folder that relative paths stand below.</param>
/// <param name="RootMark">Where <c>root</c> is given; null: it is not, and the pipeline file's folder stands in.</param>
/// <param name="Sources">The sources, in file order.</param>
internal sealed record BoundData(string Root, SourceMark? RootMark, IReadOnlyList<BoundSource> Sources);
