using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Tests.Weights;

/// <summary>
/// What loading a model of Qwen2.5-0.5B's shape (494 million parameters) needs beside its parameters. Some gigabytes of disk and memory: runs only when asked
/// for, and tells the truth only in a process that has freed no large memory before, so alone:
/// <c>R1_LONG_TESTS=1 dotnet run -c Release --project tests/R1Pipeline.Training.Tests -- -class R1Pipeline.Training.Tests.Weights.LoadMemoryTests</c>.
/// </summary>
[Collection(TensorCountCollection.Name)]
public sealed class LoadMemoryTests(ITestOutputHelper output)
{
    internal const string Variable = "R1_LONG_TESTS";

    internal static readonly DecoderConfig Shape = new()
    {
        VocabularySize = 151_936,
        HiddenSize = 896,
        NumLayers = 24,
        NumHeads = 14,
        NumKvHeads = 2,
        HeadSize = 64,
        IntermediateSize = 4864,
        ContextTokens = 32_768,
        RopeTheta = 1_000_000,
        EosTokenId = 0,
    };

    [Theory]
    [InlineData(WeightType.Float32, long.MaxValue)]
    [InlineData(WeightType.Float32, 500_000_000)]
    [InlineData(WeightType.BFloat16, long.MaxValue)]
    public void Load_HalfABillionParameters_NeedsLittleMoreThanThem(WeightType type, long maxShardBytes)
    {
        if (Environment.GetEnvironmentVariable(Variable) != "1") Assert.Skip($"needs gigabytes: {Variable}=1 runs it");
        using var folder = new TemporaryFolder();
        WriteModel(folder.Path, type, maxShardBytes);

        var memory = PeakMemory.Start();
        using Decoder decoder = ModelFolder.Load(folder.Path, trainable: false);
        (long managed, long? resident) = memory.Stop();

        long parameters = decoder.Parameters.Count * sizeof(float);
        output.WriteLine($"{type}, {Directory.GetFiles(folder.Path, "*.safetensors").Length} files: {decoder.Parameters.Count} parameters, {parameters >> 20} MiB; the resident set rose by {resident >> 20} MiB, managed objects took {managed >> 10} KiB");
        Assert.InRange(managed, 0, 32L << 20);
        if (resident is { } rise) Assert.InRange(rise, 0, (long)(1.15 * parameters) + 300_000_000);
        Assert.Equal(494_032_768, decoder.Parameters.Count);
    }

    // Random values block after block, written without ever holding the model: what the test measures must not have been allocated before.
    internal static void WriteModel(string directory, WeightType type, long maxShardBytes)
    {
        ModelFolder.SaveConfig(Shape, directory, type);
        byte[] block = Block(type);
        string dtype = type == WeightType.BFloat16 ? "BF16" : "F32";
        SafetensorsSlot[] slots = [.. WeightMap.Slices(Shape, DecoderHead.Vocabulary).Select(slice =>
            new SafetensorsSlot(slice.ForeignName, dtype, slice.Shape, slice.Shape.Aggregate(1L, (product, size) => product * size) * SafetensorsHeader.SizeOf(dtype)))];
        List<SafetensorsSlot>[] shards = [.. ShardedWriter.Split(slots, slot => slot.Length, maxShardBytes)];
        for (int i = 0; i < shards.Length; i++)
        {
            string file = ShardedWriter.FileName(i, shards.Length);
            using var stream = new FileStream(Path.Combine(directory, file), FileMode.CreateNew);
            stream.Write(SafetensorsHeaderBytes.Of(shards[i]));
            for (long left = shards[i].Sum(slot => slot.Length); left > 0; left -= block.Length) stream.Write(block, 0, (int)Math.Min(left, block.Length));
        }

        if (shards.Length > 1) ShardedWriter.WriteIndex(directory, shards);
    }

    private static byte[] Block(WeightType type)
    {
        var random = new RandomStream(1, "load-memory", 0, "weights");
        float[] values = new float[1 << 20];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(0.02 * random.NextGaussian());
        if (type != WeightType.BFloat16) return MemoryMarshal.AsBytes<float>(values).ToArray();
        ushort[] narrow = new ushort[values.Length];
        HalfPrecision.NarrowBFloat16(values, narrow);
        return MemoryMarshal.AsBytes<ushort>(narrow).ToArray();
    }
}
