using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Definition;

/// <summary>What became of a pipeline file: a valid definition, or every mistake in it.</summary>
/// <param name="Definition">The definition; null when there is a diagnostic.</param>
/// <param name="Diagnostics">All mistakes at once, by place; empty when the file is good.</param>
/// <param name="Origins">
/// Where each value came from, by its dotted path (<c>stages.sft.with.epochs</c>): <c>quickstart.yaml:41</c>, <c>--set …</c>,
/// <c>default</c>, or how it was derived.
/// </param>
public sealed record CompileResult(PipelineDefinition? Definition, IReadOnlyList<Diagnostic> Diagnostics, IReadOnlyDictionary<string, string> Origins);
