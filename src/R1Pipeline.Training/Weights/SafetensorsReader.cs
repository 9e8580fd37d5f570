using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Stages;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// Reads tensors of one safetensors file, in pieces, straight into their place. Half-precision values are widened to fp32. Refuses damaged files
/// when opened (<see cref="SafetensorsHeader"/>) and types that would lose bits.
/// </summary>
public sealed class SafetensorsReader : IDisposable
{
    private const int PieceElements = 1 << 20;

    private readonly FileStream _file;
    private readonly string _path;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="StageFailedException">UserData: the file is missing or damaged.</exception>
    public SafetensorsReader(string path)
    {
        _path = path;
        if (!File.Exists(path)) throw new StageFailedException(StageFailureClass.UserData, $"{path} is missing");
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            Entries = SafetensorsHeader.Read(_file, path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>A new tensor: F32, F16 and BF16 give fp32, integers their own type.</summary>
    public Tensor Read(string name)
    {
        SafetensorsEntry entry = Entry(name);
        ScalarType type = entry.Dtype switch
        {
            "F32" or "F16" or "BF16" => ScalarType.Float32,
            "I64" => ScalarType.Int64,
            "I32" => ScalarType.Int32,
            "I16" => ScalarType.Int16,
            "I8" => ScalarType.Int8,
            "U8" => ScalarType.Byte,
            "BOOL" => ScalarType.Bool,
            _ => throw Unsupported(entry),
        };
        Tensor result = empty([.. entry.Shape], dtype: type);
        ReadInto(name, result);
        return result;
    }

    /// <summary>Reads a tensor over <paramref name="target"/>.</summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="target">Contiguous, of the same number of elements; fp32 for F32, F16 and BF16.</param>
    /// <exception cref="StageFailedException">UserData: no such tensor, or a type that does not fit.</exception>
    public void ReadInto(string name, Tensor target)
    {
        SafetensorsEntry entry = Entry(name);
        if (target.numel() != entry.Shape.Aggregate(1L, (product, size) => product * size))
            throw new ArgumentException($"{_path}: tensor {name} has shape [{string.Join(", ", entry.Shape)}], the target [{string.Join(", ", target.shape)}]", nameof(target));
        _file.Position = entry.Start;
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor flat = target.view(-1);
        byte[] narrow = entry.Dtype is "F16" or "BF16" ? new byte[2 * Math.Min(PieceElements, flat.numel())] : [];
        for (long start = 0; start < flat.numel(); start += PieceElements)
        {
            Span<byte> piece = flat.narrow(0, start, Math.Min(PieceElements, flat.numel() - start)).bytes;
            if (narrow.Length == 0)
            {
                if (piece.Length != Math.Min(PieceElements, flat.numel() - start) * SafetensorsHeader.SizeOf(entry.Dtype)) throw Unsupported(entry);
                _file.ReadExactly(piece);
                continue;
            }

            if (target.dtype != ScalarType.Float32) throw Unsupported(entry);
            Span<byte> source = narrow.AsSpan(0, piece.Length / 2);
            _file.ReadExactly(source);
            Widen(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<byte, float>(piece), entry.Dtype == "BF16");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void Widen(ReadOnlySpan<ushort> source, Span<float> target, bool brain)
    {
        for (int i = 0; i < source.Length; i++)
            target[i] = brain ? BitConverter.UInt32BitsToSingle((uint)source[i] << 16) : (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    private SafetensorsEntry Entry(string name) => Entries.TryGetValue(name, out SafetensorsEntry? entry)
        ? entry
        : throw new StageFailedException(StageFailureClass.UserData, $"{_path} has no tensor {name}");

    private StageFailedException Unsupported(SafetensorsEntry entry) =>
        new(StageFailureClass.UserData, $"{_path}: tensor {entry.Name} has dtype {entry.Dtype}; accepted here: F32, F16, BF16");
}
