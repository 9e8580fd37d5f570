using System.Buffers.Binary;
using System.Text.Json;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Safetensors;

/// <summary>
/// Reads and checks the header of a safetensors file before anything is allocated for its tensors. Refuses what is truncated, oversized, out of range,
/// overlapping or with holes, with the file and the tensor in the message.
/// </summary>
public static class SafetensorsHeader
{
    /// <summary>Room for more than a hundred thousand tensors in one file. The reference implementation takes 100 MB, whose entries alone would fill a gigabyte.</summary>
    private const long MaxHeaderBytes = 16 << 20;

    private const int MaxNameCharacters = 1024, MaxDimensions = 8;

    /// <summary>Bytes of one element; 0 for a type that is not known.</summary>
    public static int SizeOf(string dtype) => dtype switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" => 1,
        _ => 0,
    };

    /// <summary>The tensors of a file by name.</summary>
    /// <param name="stream">The file, at its start.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="StageFailedException">UserData: the file is damaged.</exception>
    public static Dictionary<string, SafetensorsEntry> Read(Stream stream, string path)
    {
        long fileBytes = stream.Length;
        Span<byte> prefix = stackalloc byte[8];
        if (fileBytes < 8) throw Wrong(path, $"is truncated: {fileBytes} bytes, a safetensors file has at least 8");
        stream.ReadExactly(prefix);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes > MaxHeaderBytes) throw Wrong(path, StandIns.OfFile(prefix) ?? $"says that its header has {headerBytes} bytes; at most {MaxHeaderBytes} are accepted: it is damaged, or no safetensors file");
        if ((long)headerBytes > fileBytes - 8) throw Wrong(path, $"is truncated: its header has {headerBytes} bytes, the file only {fileBytes}");
        byte[] header = new byte[headerBytes];
        stream.ReadExactly(header);
        try
        {
            ModelJson.Check(header);
            return Parse(header, path, 8 + (long)headerBytes, fileBytes);
        }
        catch (JsonException wrong)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{path}: the header is not JSON: {wrong.Message}", wrong);
        }
    }

    private static Dictionary<string, SafetensorsEntry> Parse(byte[] header, string path, long dataStart, long fileBytes)
    {
        var reader = new Utf8JsonReader(header);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Wrong(path, "the header is not a JSON object");
        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (name.Length > MaxNameCharacters) throw Wrong(path, $"a tensor's name has {name.Length} characters, at most {MaxNameCharacters} are accepted: {ModelJson.Shown(name)}");
            if (name.Any(char.IsControl)) throw Wrong(path, $"the name of tensor {ModelJson.Shown(name)} has control characters");
            _ = reader.Read();
            if (name == "__metadata__") SkipMetadata(ref reader, path);
            else if (!entries.TryAdd(name, ParseEntry(ref reader, name, path, dataStart, fileBytes))) throw Wrong(path, $"tensor {name} stands twice in the header");
        }

        _ = reader.Read();                                          // anything behind the object is no JSON
        long end = dataStart;
        foreach (SafetensorsEntry entry in entries.Values.OrderBy(entry => entry.Start).ThenBy(entry => entry.Length))
        {
            if (entry.Start != end) throw Wrong(path, $"tensor {entry.Name} {(entry.Start < end ? "overlaps another one" : "leaves a hole before it")}");
            end = entry.Start + entry.Length;
        }

        return end == fileBytes ? entries : throw Wrong(path, $"has {fileBytes} bytes, its header accounts for {end}");
    }

    // Nothing here reads it, but the reference implementation refuses anything else: such a file is damaged.
    private static void SkipMetadata(ref Utf8JsonReader reader, string path)
    {
        bool texts = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.Null;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                texts &= reader.Read() && reader.TokenType == JsonTokenType.String;
                reader.Skip();
            }
        }

        if (!texts) throw Wrong(path, "__metadata__ of the header is no object of texts");
    }

    private static SafetensorsEntry ParseEntry(ref Utf8JsonReader reader, string name, string path, long dataStart, long fileBytes)
    {
        (string? dtype, long[]? dimensions, long[]? range) = (null, null, null);
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            var keys = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string key = reader.GetString()!;
                if (!keys.Add(key)) throw Wrong(path, $"tensor {name} has one key twice in the header: which of the two holds is not known");
                _ = reader.Read();
                if (key == "dtype" && reader.TokenType == JsonTokenType.String) dtype = reader.GetString();
                else if (key == "shape") dimensions = Numbers(ref reader);
                else if (key == "data_offsets") range = Numbers(ref reader);
                else reader.Skip();
            }
        }

        if (dtype is null || dimensions is null || range is not { Length: 2 }) throw Wrong(path, $"tensor {name}: dtype, shape and data_offsets are expected");
        int size = SizeOf(dtype);
        if (size == 0) throw Wrong(path, $"tensor {name} has dtype {ModelJson.Shown(dtype)}, which is not supported");
        if (range[1] < range[0] || range[1] > fileBytes - dataStart)
            throw Wrong(path, $"tensor {name} lies at bytes {range[0]} to {range[1]} of {fileBytes - dataStart}: the file is truncated or damaged");
        if (!TryBytes(dimensions, size, out long bytes) || bytes != range[1] - range[0])
            throw Wrong(path, $"tensor {name} of shape [{string.Join(", ", dimensions)}] does not have {range[1] - range[0]} bytes");
        return new SafetensorsEntry(name, dtype, dimensions, dataStart + range[0], bytes);
    }

    // Null where the value is not a short list of integers of at least 0.
    private static long[]? Numbers(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        var numbers = new List<long>();
        bool fits = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (fits && numbers.Count < MaxDimensions && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) && number >= 0) numbers.Add(number);
            else fits = false;
            reader.Skip();
        }

        return fits ? [.. numbers] : null;
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
