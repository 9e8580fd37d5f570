namespace R1Pipeline.Orchestration;

/// <summary>What is kept beside a run besides its definition.</summary>
/// <param name="FilePath">The pipeline file, absolute; null: none (submitted as text).</param>
/// <param name="Yaml">Its text.</param>
/// <param name="Origins">Where each resolved value came from (file line, override, default), by path such as <c>stages.sft.with.epochs</c>.</param>
public sealed record RunSource(string? FilePath, string Yaml, IReadOnlyDictionary<string, string> Origins);
