using R1Pipeline.Contracts.Artifacts;

namespace R1Pipeline.Contracts.Pipelines;

/// <summary>A named input of a stage kind.</summary>
/// <param name="Role">The YAML key: <c>model</c>, <c>models</c>, <c>tokenizer</c>, <c>reward-models</c>.</param>
/// <param name="Kind">What fits in.</param>
/// <param name="Shape">One stage, a list of stages, or a mapping of names to stages.</param>
/// <param name="Required">Whether the key must be present.</param>
public sealed record StageInputSlot(string Role, ArtifactKind Kind, StageInputShape Shape, bool Required);
