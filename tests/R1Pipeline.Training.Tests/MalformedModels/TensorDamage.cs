using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Training.Tests.MalformedModels;

/// <summary>Sound safetensors files that do not hold the model: tensors missing, of another shape, of nobody, not finite, or cut off with the file.</summary>
internal static class TensorDamage
{
    private const string Weights = "model.safetensors";

    public static IEnumerable<MalformedModel> All()
    {
        for (int i = 0; i < 5; i++)
        {
            yield return One($"missing-{i}", Base(i), (WeightFile file, string tensor, ref RandomStream _) => file.Remove(tensor));
            yield return One($"one-row-more-{i}", Base(i), Resized(rows => rows + 1));
            yield return One($"one-row-less-{i}", Base(i), Resized(rows => rows - 1));
            yield return One($"turned-round-{i}", Base(i), (WeightFile file, string tensor, ref RandomStream _) =>
                file.Entry(tensor)["shape"] = new JsonArray([.. Shape(file, tensor).Reverse().Append(1).Select(size => (JsonNode)size)]));
            yield return One($"not-finite-{i}", Base(i), NotFinite);
        }

        for (int i = 0; i < 4; i++)
        {
            yield return One($"of-nobody-{i}", Base(i), (WeightFile file, string _, ref RandomStream random) => file.Append($"model.layers.1.stray-{random.NextInt(100)}.weight", 2, 3));
            yield return One($"file-cut-{i}", Base(i), (WeightFile file, string _, ref RandomStream random) => file.Data = file.Data[..random.NextInt(file.Data.Length)]);
            yield return One($"file-too-long-{i}", Base(i), (WeightFile file, string _, ref RandomStream random) => file.Data = [.. file.Data, .. new byte[1 + random.NextInt(4096)]]);
        }
    }

    private delegate void Change(WeightFile file, string tensor, ref RandomStream random);

    private static string Base(int i) => i % 3 == 0 ? ValidModels.Qwen2 : i % 3 == 1 ? ValidModels.Qwen3Half : ValidModels.Deepseek;

    private static MalformedModel One(string name, string model, Change change) => new($"tensor/{name}", model, Weights, (string directory, ref RandomStream random) =>
    {
        WeightFile file = WeightFile.Read(Path.Combine(directory, Weights));
        change(file, file.Tensors[random.NextInt(file.Tensors.Length)], ref random);
        file.Write();
    });

    private static long[] Shape(WeightFile file, string tensor) => [.. file.Entry(tensor)["shape"]!.AsArray().Select(size => size!.GetValue<long>())];

    // The tensor moves to the end of the file with its new size; everything in the header is true.
    private static Change Resized(Func<long, long> rows) => (WeightFile file, string tensor, ref RandomStream _) =>
    {
        long[] shape = Shape(file, tensor);
        file.Remove(tensor);
        file.Append(tensor, [rows(shape[0]), .. shape[1..]]);
    };

    private static void NotFinite(WeightFile file, string tensor, ref RandomStream random)
    {
        var (start, end) = file.RangeOf(tensor);
        Span<byte> bytes = file.Data.AsSpan(start, end - start);
        float value = new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity }[random.NextInt(3)];
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (file.Entry(tensor)["dtype"]!.GetValue<string>() == "BF16") MemoryMarshal.Cast<byte, ushort>(bytes)[random.NextInt(bytes.Length / 2)] = (ushort)(bits >> 16);
        else MemoryMarshal.Cast<byte, uint>(bytes)[random.NextInt(bytes.Length / 4)] = bits;
    }
}
