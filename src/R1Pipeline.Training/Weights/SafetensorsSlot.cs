namespace R1Pipeline.Training.Weights;

/// <summary>The place of a tensor in a safetensors file that is to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Its type as the header writes it.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Length">Bytes.</param>
internal sealed record SafetensorsSlot(string Name, string Dtype, IReadOnlyList<long> Shape, long Length);
