using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// Reads tensors of one safetensors file straight into their place: the file is mapped piece by piece, and no piece stays mapped, so loading needs no
/// memory beside the target (and one piece on the host where the target lies on another device). Half-precision values are widened to fp32. Refuses damaged files when opened (<see cref="SafetensorsHeader"/>) and types that
/// would lose bits. The file must not shrink while it is open.
/// </summary>
public sealed class SafetensorsReader : IDisposable
{
    private const long PieceElements = 4 << 20;

    private readonly FileStream _file;
    private readonly MemoryMappedFile _map;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="StageFailedException">UserData: the file is missing or damaged.</exception>
    public SafetensorsReader(string path)
    {
        Path = path;
        _file = ModelFile.Open(path);
        try
        {
            Entries = SafetensorsHeader.Read(_file, path);
            _map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>A new tensor: F32, F16 and BF16 give fp32, integers their own type.</summary>
    public Tensor Read(string name)
    {
        SafetensorsEntry entry = Entry(name);
        Tensor result = empty([.. entry.Shape], dtype: TypeOf(entry));
        ReadInto(name, result);
        return result;
    }

    /// <summary>Reads a tensor over <paramref name="target"/>.</summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="target">Contiguous, of the same number of elements; fp32 for F32, F16 and BF16, else of the file's type.</param>
    /// <exception cref="StageFailedException">UserData: no such tensor, or a type that does not fit.</exception>
    public void ReadInto(string name, Tensor target)
    {
        SafetensorsEntry entry = Entry(name);
        if (target.numel() != entry.Shape.Aggregate(1L, (product, size) => product * size))
            throw new ArgumentException($"{Path}: tensor {name} has shape [{string.Join(", ", entry.Shape)}], the target [{string.Join(", ", target.shape)}]", nameof(target));
        if (target.dtype != TypeOf(entry)) throw Unsupported(entry);
        int size = SafetensorsHeader.SizeOf(entry.Dtype);
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor flat = target.view(-1);
        Tensor? staging = null;
        for (long start = 0, count = flat.numel(); start < count; start += PieceElements)
        {
            long piece = Math.Min(PieceElements, count - start);
            Tensor part = flat.narrow(0, start, piece), onHost = part.device_type == DeviceType.CPU ? part : staging ??= empty_like(part, device: CPU);
            if (onHost.numel() > piece) onHost = onHost.narrow(0, 0, piece);
            Copy(entry.Start + start * size, (int)(piece * size), entry.Dtype, onHost.bytes);
            if (onHost.Handle != part.Handle) _ = part.copy_(onHost);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _map.Dispose();
        _file.Dispose();
    }

    private unsafe void Copy(long position, int length, string dtype, Span<byte> target)
    {
        using MemoryMappedViewAccessor view = _map.CreateViewAccessor(position, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var source = new ReadOnlySpan<byte>(start + view.PointerOffset, length);
            if (dtype == "BF16") HalfPrecision.WidenBFloat16(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<byte, float>(target));
            else if (dtype == "F16") HalfPrecision.WidenFloat16(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<byte, float>(target));
            else source.CopyTo(target);
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private ScalarType TypeOf(SafetensorsEntry entry) => entry.Dtype switch
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

    private SafetensorsEntry Entry(string name) => Entries.TryGetValue(name, out SafetensorsEntry? entry)
        ? entry
        : throw new StageFailedException(StageFailureClass.UserData, $"{Path} has no tensor {name}");

    private StageFailedException Unsupported(SafetensorsEntry entry) =>
        new(StageFailureClass.UserData, $"{Path}: tensor {entry.Name} has dtype {entry.Dtype}; accepted here: F32, F16, BF16");
}
