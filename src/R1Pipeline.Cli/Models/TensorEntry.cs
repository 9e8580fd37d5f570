namespace R1Pipeline.Cli.Models;

/// <summary>One tensor of a weight file, from its header.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Element type as the file writes it: <c>F32</c>, <c>BF16</c>, …</param>
/// <param name="Shape">Sizes of its dimensions.</param>
/// <param name="File">The weight file's name.</param>
internal sealed record TensorEntry(string Name, string Type, IReadOnlyList<long> Shape, string File);
