using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>A name that a stage's input slot or <c>data:</c> list mentions.</summary>
/// <param name="Role">The slot, or <c>data</c>.</param>
/// <param name="Name">The name inside a mapping slot; otherwise the target.</param>
/// <param name="Target">The stage or source that is meant.</param>
/// <param name="Kind">What fits in.</param>
/// <param name="Mark">Where it stands.</param>
internal sealed record StageReference(string Role, string Name, string Target, ArtifactKind Kind, SourceMark Mark)
{
    /// <summary>The role of names under <c>data:</c>, where sources fit in as well.</summary>
    public const string DataRole = "data";
}
