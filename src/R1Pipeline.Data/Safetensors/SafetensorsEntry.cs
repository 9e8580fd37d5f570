namespace R1Pipeline.Data.Safetensors;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Its type as written in the header, for example <c>BF16</c>.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Start">First byte, counted from the start of the file.</param>
/// <param name="Length">Bytes.</param>
public sealed record SafetensorsEntry(string Name, string Dtype, IReadOnlyList<long> Shape, long Start, long Length);
