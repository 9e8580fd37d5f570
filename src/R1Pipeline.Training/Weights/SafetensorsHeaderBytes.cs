using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace R1Pipeline.Training.Weights;

/// <summary>The first bytes of a safetensors file: length, then the header, padded to eight bytes. The tensors follow in the given order, without holes.</summary>
internal static class SafetensorsHeaderBytes
{
    private const int PrefixBytes = 8;

    public static byte[] Of(IReadOnlyList<SafetensorsSlot> slots)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[PrefixBytes]);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long offset = 0;
            foreach (SafetensorsSlot slot in slots)
            {
                json.WriteStartObject(slot.Name);
                json.WriteString("dtype", slot.Dtype);
                json.WriteStartArray("shape");
                foreach (long size in slot.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += slot.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % PrefixBytes != 0) buffer.WriteByte((byte)' ');
        byte[] bytes = buffer.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)(bytes.Length - PrefixBytes));
        return bytes;
    }
}
