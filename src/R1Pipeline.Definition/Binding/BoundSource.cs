using R1Pipeline.Contracts.Data;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Binding;

/// <summary>A data source as bound.</summary>
/// <param name="Name">The key under <c>data:</c>.</param>
/// <param name="Mark">Where the key stands.</param>
/// <param name="Definition">The source; null when it could not be bound.</param>
/// <param name="Options">Its options, <see cref="FileSourceOptions"/> or the generator's; null when it could not be bound.</param>
internal sealed record BoundSource(string Name, SourceMark Mark, DataSourceDefinition? Definition, BoundOptions? Options);
