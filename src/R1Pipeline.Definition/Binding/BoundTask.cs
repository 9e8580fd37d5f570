namespace R1Pipeline.Definition.Binding;

/// <summary>An evaluation task as bound.</summary>
/// <param name="Name">The key under <c>tasks:</c>.</param>
/// <param name="Options">Its options.</param>
internal sealed record BoundTask(string Name, BoundOptions Options);
