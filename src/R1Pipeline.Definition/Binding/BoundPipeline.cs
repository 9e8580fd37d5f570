namespace R1Pipeline.Definition.Binding;

/// <summary>The whole file as bound.</summary>
/// <param name="Name">The pipeline's name; empty when it is missing (reported).</param>
/// <param name="Seed">The file's seed.</param>
/// <param name="Data">The data section.</param>
/// <param name="Stages">The stages, in file order.</param>
internal sealed record BoundPipeline(string Name, long Seed, BoundData Data, IReadOnlyList<BoundStage> Stages);
