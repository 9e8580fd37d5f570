using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>A safetensors file taken apart, so that a test can put it together wrongly.</summary>
internal sealed class WeightFile
{
    private readonly string _path;

    private WeightFile(string path, JsonObject header, byte[] data) => (_path, Header, Data) = (path, header, data);

    public JsonObject Header { get; }

    public byte[] Data { get; set; }

    /// <summary>Names of the tensors, in the order of the header.</summary>
    public string[] Tensors => [.. Header.Select(pair => pair.Key).Where(name => name != "__metadata__")];

    public static WeightFile Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        return new WeightFile(path, JsonNode.Parse(file.AsSpan(8, length))!.AsObject(), file[(8 + length)..]);
    }

    public JsonObject Entry(string name) => Header[name]!.AsObject();

    public (int Start, int End) RangeOf(string name) => (Entry(name)["data_offsets"]![0]!.GetValue<int>(), Entry(name)["data_offsets"]![1]!.GetValue<int>());

    /// <summary>Takes a tensor out, and closes the gap.</summary>
    public void Remove(string name)
    {
        var (start, end) = RangeOf(name);
        Header.Remove(name);
        Data = [.. Data[..start], .. Data[end..]];
        foreach (string other in Tensors)
        {
            var (from, to) = RangeOf(other);
            if (from >= end) Entry(other)["data_offsets"] = new JsonArray(from - (end - start), to - (end - start));
        }
    }

    /// <summary>Adds an F32 tensor of zeros behind the others.</summary>
    public void Append(string name, params long[] shape)
    {
        int bytes = (int)shape.Aggregate(4L, (product, size) => product * size);
        Header[name] = new JsonObject
        {
            ["dtype"] = "F32",
            ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
            ["data_offsets"] = new JsonArray(Data.Length, Data.Length + bytes),
        };
        Data = [.. Data, .. new byte[bytes]];
    }

    public void Write() => Write(Encoding.UTF8.GetBytes(Header.ToJsonString()));

    /// <summary>Writes it with another header.</summary>
    public void Write(ReadOnlySpan<byte> header)
    {
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        File.WriteAllBytes(_path, [.. prefix, .. header, .. Data]);
    }
}
