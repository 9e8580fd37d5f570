namespace R1Pipeline.Orchestration.Api;

/// <summary>
/// A pipeline on its way to a server. It was compiled where its file lies: relative paths and mistakes are those of <c>r1 run</c>, and the server
/// needs to see the same files under the same paths.
/// </summary>
/// <param name="Definition">The resolved definition, as in <c>definition.json</c>.</param>
/// <param name="Yaml">The text of the pipeline file.</param>
/// <param name="Origins">Where each resolved value came from.</param>
/// <param name="Priority">Its turn on the node's slots, the higher one first; null: 0 for a new run, what it was for one that goes on.</param>
public sealed record RunSubmission(string Definition, string Yaml, IReadOnlyDictionary<string, string> Origins, int? Priority);
