using System.Runtime.InteropServices;
using R1Pipeline.Data.Safetensors;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// Writes safetensors files whose bytes depend on the tensors alone: wider types first, then names in ordinal order, fixed metadata, header padded to
/// eight bytes. That is also the order of the reference implementation.
/// </summary>
public static class SafetensorsWriter
{
    private const long PieceElements = 4 << 20;

    /// <summary>Writes the tensors to a new file, in their own type.</summary>
    /// <param name="path">The file; must not exist.</param>
    /// <param name="tensors">Contiguous tensors by name; fp32, int64 or int32.</param>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        Write(path, [.. tensors.Select(pair => (SlotOf(pair.Key, pair.Value), (Func<Tensor>)(() => pair.Value)))]);

    /// <summary>Writes the tensors to a new file, fp32 ones in the type of their slot.</summary>
    internal static void Write(string path, IReadOnlyList<(SafetensorsSlot Slot, Func<Tensor> Values)> tensors)
    {
        List<(SafetensorsSlot Slot, Func<Tensor> Values)> ordered =
            [.. tensors.OrderByDescending(tensor => SafetensorsHeader.SizeOf(tensor.Slot.Dtype)).ThenBy(tensor => tensor.Slot.Name, StringComparer.Ordinal)];
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        file.Write(SafetensorsHeaderBytes.Of([.. ordered.Select(tensor => tensor.Slot)]));
        using IDisposable frozen = no_grad();
        foreach (var (slot, values) in ordered)
        {
            using var scope = NewDisposeScope();
            WriteData(file, slot, values());
        }
    }

    private static void WriteData(FileStream file, SafetensorsSlot slot, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        Tensor flat = tensor.detach().view(-1);
        byte[] narrow = slot.Dtype is "F16" or "BF16" ? new byte[2 * Math.Min(PieceElements, flat.numel())] : [];
        for (long start = 0; start < flat.numel(); start += PieceElements)
        {
            Span<byte> piece = flat.narrow(0, start, Math.Min(PieceElements, flat.numel() - start)).cpu().bytes;
            if (narrow.Length == 0)
            {
                file.Write(piece);
                continue;
            }

            Span<byte> target = narrow.AsSpan(0, piece.Length / 2);
            if (slot.Dtype == "BF16") HalfPrecision.NarrowBFloat16(MemoryMarshal.Cast<byte, float>(piece), MemoryMarshal.Cast<byte, ushort>(target));
            else HalfPrecision.NarrowFloat16(MemoryMarshal.Cast<byte, float>(piece), MemoryMarshal.Cast<byte, ushort>(target));
            file.Write(target);
        }
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
