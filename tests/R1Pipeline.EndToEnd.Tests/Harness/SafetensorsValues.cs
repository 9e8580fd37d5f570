using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace R1Pipeline.EndToEnd.Tests.Harness;

/// <summary>A tensor of a safetensors file, read without the product's code: F32 into <see cref="Numbers"/>, I64 into <see cref="Whole"/>.</summary>
internal sealed record SafetensorsValues(long[] Shape, float[] Numbers, long[] Whole)
{
    public static Dictionary<string, SafetensorsValues> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using JsonDocument document = JsonDocument.Parse(file.AsMemory(8, header));
        return document.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").ToDictionary(entry => entry.Name, entry =>
        {
            JsonElement offsets = entry.Value.GetProperty("data_offsets");
            ReadOnlySpan<byte> bytes = file.AsSpan(8 + header)[offsets[0].GetInt32()..offsets[1].GetInt32()];
            bool whole = entry.Value.GetProperty("dtype").GetString() == "I64";
            return new SafetensorsValues(
                [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())],
                whole ? [] : MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
                whole ? MemoryMarshal.Cast<byte, long>(bytes).ToArray() : []);
        });
    }
}
