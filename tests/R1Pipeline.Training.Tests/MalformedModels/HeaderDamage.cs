using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>Safetensors files whose header is cut, fuzzed, oversized, or lies about where the tensors are.</summary>
internal static class HeaderDamage
{
    private const string Weights = "model.safetensors";

    // Not the half-precision one: BF16 without its B is another type of the same size.
    private static readonly string[] SingleFiles = [ValidModels.Qwen2, ValidModels.Deepseek];

    public static IEnumerable<MalformedModel> All() => [.. Fuzzed(), .. Lengths(), .. Entries()];

    // Any byte of the entries matters: without it, or with another in its place, the header is no JSON or no longer fits the file or the config.
    private static IEnumerable<MalformedModel> Fuzzed()
    {
        for (int i = 0; i < 22; i++)
        {
            yield return Header($"byte-deleted-{i}", i, (List<byte> header, ref RandomStream random) => header.RemoveAt(InsideEntries(header, ref random)));
            if (i < 10)
            {
                yield return Header($"byte-replaced-{i}", i, (List<byte> header, ref RandomStream random) =>
                {
                    int at = InsideEntries(header, ref random);
                    header[at] = (byte)(header[at] + 1 + random.NextInt(255));
                });
            }

            if (i < 3) yield return Header($"cut-{i}", i, (List<byte> header, ref RandomStream random) => header.RemoveRange(header.Count / 4, 1 + random.NextInt(header.Count / 2)));
        }
    }

    private static IEnumerable<MalformedModel> Lengths()
    {
        yield return File("empty", _ => []);
        yield return File("seven-bytes", file => file[..7]);
        yield return File("length-of-zero", file => WithLength(file, 0));
        yield return File("length-of-one", file => WithLength(file, 1));
        yield return File("length-beyond-the-file", file => WithLength(file, file.Length));
        yield return File("length-of-two-gigabytes", file => WithLength(file, int.MaxValue));
        yield return File("length-negative", file => WithLength(file, -1));
        yield return File("length-short-by-one", file => WithLength(file, BinaryPrimitives.ReadInt64LittleEndian(file) - 1));
        yield return File("zeros", file => new byte[file.Length]);
        yield return File("header-of-99-megabytes", _ =>
        {
            byte[] file = new byte[99_000_008];
            Array.Fill(file, (byte)' ');
            return WithLength(file, 99_000_000);
        });
        yield return File("header-of-a-million-numbers", _ => Text("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + string.Join(',', Enumerable.Repeat('1', 1_000_000)) + "],\"data_offsets\":[0,4]}}"));
        yield return File("header-nested-deeply", _ => Text("{\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}"));
        yield return File("header-of-many-tensors", _ => Text("{" + string.Join(',', Enumerable.Range(0, 200_000).Select(i => $"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")) + "}"));
        yield return File("header-with-a-long-name", _ => Text("{\"" + new string('a', 1_000_000) + "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"));
        yield return File("header-is-a-list", _ => Text("[1, 2]"));
        yield return File("header-is-not-utf8", _ => WithLength([0, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'"', 0xFF, 0xFE, (byte)'"', (byte)':', (byte)'1', (byte)'}'], 8));
        yield return File("a-pickle", file => [.. "PK\u0003\u0004"u8, .. file]);
    }

    private static IEnumerable<MalformedModel> Entries()
    {
        yield return Entry("offsets-overlap", (file, name) => Range(file, name, start => start - 4, end => end - 4), skipFirst: true);
        yield return Entry("offsets-leave-a-hole", (file, name) => Range(file, name, start => start + 4, end => end + 4));
        yield return Entry("offsets-beyond-the-file", (file, name) => Range(file, name, start => start, _ => 2_000_000_000));
        yield return Entry("offsets-negative", (file, name) => Range(file, name, start => -start - 1, end => end));
        yield return Entry("offsets-turned-round", (file, name) => Range(file, name, _ => file.RangeOf(name).End, _ => file.RangeOf(name).Start));
        yield return Entry("offsets-are-three", (file, name) => file.Entry(name)["data_offsets"] = new JsonArray(0, 4, 8));
        yield return Entry("offsets-are-texts", (file, name) => file.Entry(name)["data_offsets"] = new JsonArray("0", "4"));
        yield return Entry("shape-overflows", (file, name) => file.Entry(name)["shape"] = new JsonArray(long.MaxValue, long.MaxValue, 4L));
        yield return Entry("shape-wraps-to-its-size", (file, name) => file.Entry(name)["shape"] = new JsonArray(1L << 62, 4L, 1L));
        yield return Entry("shape-negative", (file, name) => file.Entry(name)["shape"] = new JsonArray(-1, -1));
        yield return Entry("shape-is-a-number", (file, name) => file.Entry(name)["shape"] = 4);
        yield return Entry("dtype-of-eight-bits", (file, name) => file.Entry(name)["dtype"] = "F8_E4M3");
        yield return Entry("dtype-of-integers", (file, name) => file.Entry(name)["dtype"] = "I32");
        yield return Entry("dtype-unsigned", (file, name) => file.Entry(name)["dtype"] = "U32");
        yield return Entry("dtype-missing", (file, name) => file.Entry(name).Remove("dtype"));
        yield return Entry("dtype-twice", (file, name) => file.Write(Encoding.UTF8.GetBytes(Twice(file.Header.ToJsonString(), file.Entry(name).ToJsonString()))), writes: true);
        yield return Entry("metadata-is-a-number", (file, _) => file.Header["__metadata__"] = 5);
        yield return Entry("metadata-of-numbers", (file, _) => file.Header["__metadata__"] = new JsonObject { ["format"] = 1 });
        yield return Entry("name-of-several-lines", (file, name) => Renamed(file, name, name + "\n   at R1Pipeline.Nowhere()\u001b[2J"));
        yield return Entry("dtype-of-several-lines", (file, name) => file.Entry(name)["dtype"] = "F32\n\u001b[2J");
        yield return Entry("entry-is-null", (file, name) => file.Header[name] = null);
    }

    private delegate void HeaderChange(List<byte> header, ref RandomStream random);

    private static MalformedModel Header(string name, int i, HeaderChange change) => new($"header/{name}", SingleFiles[i % SingleFiles.Length], Weights, (string directory, ref RandomStream random) =>
    {
        WeightFile file = WeightFile.Read(Path.Combine(directory, Weights));
        List<byte> header = [.. Encoding.UTF8.GetBytes(file.Header.ToJsonString())];
        change(header, ref random);
        file.Write([.. header]);
    });

    private static MalformedModel File(string name, Func<byte[], byte[]> change) => new($"header/{name}", ValidModels.Qwen2, Weights, (string directory, ref RandomStream _) =>
    {
        string path = Path.Combine(directory, Weights);
        System.IO.File.WriteAllBytes(path, change(System.IO.File.ReadAllBytes(path)));
    });

    private static MalformedModel Entry(string name, Action<WeightFile, string> change, bool skipFirst = false, bool writes = false) => new($"header/{name}", ValidModels.Qwen2, Weights, (string directory, ref RandomStream random) =>
    {
        WeightFile file = WeightFile.Read(Path.Combine(directory, Weights));
        string[] tensors = [.. file.Tensors.OrderBy(tensor => file.RangeOf(tensor).Start).Skip(skipFirst ? 1 : 0)];
        change(file, tensors[random.NextInt(tensors.Length)]);
        if (!writes) file.Write();
    });

    private static void Renamed(WeightFile file, string name, string other)
    {
        JsonObject entry = file.Entry(name).DeepClone().AsObject();
        file.Header.Remove(name);
        file.Header[other] = entry;
    }

    private static string Twice(string header, string entry) => header.Replace(entry, "{\"dtype\":\"F16\"," + entry[1..], StringComparison.Ordinal);

    private static void Range(WeightFile file, string name, Func<int, int> start, Func<int, int> end)
    {
        var (from, to) = file.RangeOf(name);
        file.Entry(name)["data_offsets"] = new JsonArray(start(from), end(to));
    }

    // The metadata in front of the entries may say anything, and does.
    private static int InsideEntries(List<byte> header, ref RandomStream random)
    {
        int first = header.IndexOf((byte)'}') + 2;
        return first + random.NextInt(header.Count - first);
    }

    private static byte[] Text(string header)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        return WithLength([.. new byte[8], .. text, .. new byte[4]], text.Length);
    }

    private static byte[] WithLength(byte[] file, long length)
    {
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
        return file;
    }
}
