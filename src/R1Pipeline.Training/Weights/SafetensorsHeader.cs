using System.Buffers.Binary;
using System.Text.Json;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// Reads and checks the header of a safetensors file before anything is allocated for its tensors. Refuses what is truncated, oversized, out of range,
/// overlapping or with holes, with the file and the tensor in the message.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The limit of the reference implementation.</summary>
    private const long MaxHeaderBytes = 100_000_000;

    /// <summary>Bytes of one element; 0 for a type that is not known.</summary>
    public static int SizeOf(string dtype) => dtype switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" => 1,
        _ => 0,
    };

    public static Dictionary<string, SafetensorsEntry> Read(Stream stream, string path)
    {
        long fileBytes = stream.Length;
        Span<byte> prefix = stackalloc byte[8];
        if (fileBytes < 8) throw Wrong(path, $"is truncated: {fileBytes} bytes, a safetensors file has at least 8");
        stream.ReadExactly(prefix);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes > MaxHeaderBytes) throw Wrong(path, $"says that its header has {headerBytes} bytes; at most {MaxHeaderBytes} are accepted: it is damaged, or no safetensors file");
        if ((long)headerBytes > fileBytes - 8) throw Wrong(path, $"is truncated: its header has {headerBytes} bytes, the file only {fileBytes}");
        byte[] header = new byte[headerBytes];
        stream.ReadExactly(header);
        try
        {
            using JsonDocument document = JsonDocument.Parse(header);
            return Parse(document.RootElement, path, 8 + (long)headerBytes, fileBytes);
        }
        catch (JsonException wrong)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{path}: the header is not JSON: {wrong.Message}", wrong);
        }
    }

    private static Dictionary<string, SafetensorsEntry> Parse(JsonElement root, string path, long dataStart, long fileBytes)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Wrong(path, "the header is not a JSON object");
        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__") continue;
            if (!entries.TryAdd(property.Name, ParseEntry(property, path, dataStart, fileBytes))) throw Wrong(path, $"tensor {property.Name} stands twice in the header");
        }

        long end = dataStart;
        foreach (SafetensorsEntry entry in entries.Values.OrderBy(entry => entry.Start).ThenBy(entry => entry.Length))
        {
            if (entry.Start != end) throw Wrong(path, $"tensor {entry.Name} {(entry.Start < end ? "overlaps another one" : "leaves a hole before it")}");
            end = entry.Start + entry.Length;
        }

        return end == fileBytes ? entries : throw Wrong(path, $"has {fileBytes} bytes, its header accounts for {end}");
    }

    private static SafetensorsEntry ParseEntry(JsonProperty property, string path, long dataStart, long fileBytes)
    {
        string name = property.Name;
        if (property.Value.ValueKind != JsonValueKind.Object
            || !property.Value.TryGetProperty("dtype", out JsonElement dtype) || dtype.ValueKind != JsonValueKind.String
            || !property.Value.TryGetProperty("shape", out JsonElement shape) || !TryNumbers(shape, out long[] dimensions)
            || !property.Value.TryGetProperty("data_offsets", out JsonElement offsets) || !TryNumbers(offsets, out long[] range) || range.Length != 2)
            throw Wrong(path, $"tensor {name}: dtype, shape and data_offsets are expected");
        int size = SizeOf(dtype.GetString()!);
        if (size == 0) throw Wrong(path, $"tensor {name} has dtype {dtype.GetString()}, which is not supported");
        if (range[1] < range[0] || range[1] > fileBytes - dataStart)
            throw Wrong(path, $"tensor {name} lies at bytes {range[0]} to {range[1]} of {fileBytes - dataStart}: the file is truncated or damaged");
        if (!TryBytes(dimensions, size, out long bytes) || bytes != range[1] - range[0])
            throw Wrong(path, $"tensor {name} of shape [{string.Join(", ", dimensions)}] does not have {range[1] - range[0]} bytes");
        return new SafetensorsEntry(name, dtype.GetString()!, dimensions, dataStart + range[0], bytes);
    }

    private static bool TryNumbers(JsonElement list, out long[] numbers)
    {
        numbers = [];
        if (list.ValueKind != JsonValueKind.Array) return false;
        numbers = new long[list.GetArrayLength()];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (list[i].ValueKind != JsonValueKind.Number || !list[i].TryGetInt64(out numbers[i]) || numbers[i] < 0) return false;
        }

        return true;
    }

    private static bool TryBytes(long[] dimensions, int size, out long bytes)
    {
        UInt128 product = (UInt128)size;
        bytes = 0;
        foreach (long dimension in dimensions)
        {
            product *= (UInt128)dimension;
            if (product > long.MaxValue) return false;
        }

        bytes = (long)product;
        return true;
    }

    private static StageFailedException Wrong(string path, string problem) => new(StageFailureClass.UserData, $"{path}: {problem}");
}
