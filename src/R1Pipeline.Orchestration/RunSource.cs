namespace R1Pipeline.Orchestration;

/// <summary>What is kept beside a run besides its definition.</summary>
/// <param name="Yaml">The text of the pipeline file.</param>
/// <param name="Origins">Where each resolved value came from (file line, override, default), by path such as <c>stages.sft.with.epochs</c>.</param>
public sealed record RunSource(string Yaml, IReadOnlyDictionary<string, string> Origins);
