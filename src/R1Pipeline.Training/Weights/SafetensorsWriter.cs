using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// Writes safetensors files whose bytes depend on the tensors alone: wider types first, then names in ordinal order, fixed metadata, header padded to
/// eight bytes. That is also the order of the reference implementation.
/// </summary>
public static class SafetensorsWriter
{
    private const long PieceElements = 1 << 24;

    /// <summary>Writes the tensors to a new file.</summary>
    /// <param name="path">The file; must not exist.</param>
    /// <param name="tensors">Contiguous tensors by name; fp32, int64 or int32.</param>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        List<KeyValuePair<string, Tensor>> ordered =
            [.. tensors.OrderByDescending(pair => pair.Value.element_size()).ThenBy(pair => pair.Key, StringComparer.Ordinal)];
        byte[] header = SafetensorsHeaderBytes.Of([.. ordered.Select(pair => SlotOf(pair.Key, pair.Value))]);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        file.Write(header);
        using IDisposable frozen = no_grad();
        foreach (var (_, tensor) in ordered) WriteData(file, tensor);
    }

    private static void WriteData(FileStream file, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        Tensor flat = tensor.detach().view(-1);
        for (long start = 0; start < flat.numel(); start += PieceElements)
            file.Write(flat.narrow(0, start, Math.Min(PieceElements, flat.numel() - start)).bytes);
    }

    private static SafetensorsSlot SlotOf(string name, Tensor tensor)
    {
        if (!tensor.is_contiguous()) throw new ArgumentException($"tensor {name} is not contiguous");
        string dtype = tensor.dtype switch
        {
            ScalarType.Float32 => "F32",
            ScalarType.Int64 => "I64",
            ScalarType.Int32 => "I32",
            _ => throw new ArgumentException($"tensor {name} has type {tensor.dtype}; float32, int64 and int32 are written"),
        };
        return new SafetensorsSlot(name, dtype, tensor.shape, tensor.numel() * tensor.element_size());
    }
}
