using System.Buffers.Binary;
using System.Text;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Weights;

/// <summary>The file format: exact bytes, exact widening, and every kind of damage refused with the file's name before anything is allocated.</summary>
public sealed class SafetensorsTests
{
    private const string TwoTensors = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""";

    [Fact]
    public void Write_AnyOrder_SameBytes()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Tensor a = arange(6, dtype: ScalarType.Float32).view(2, 3), b = arange(3);
        SafetensorsWriter.Write(folder["1"], [KeyValuePair.Create("a", a), KeyValuePair.Create("b", b)]);
        SafetensorsWriter.Write(folder["2"], [KeyValuePair.Create("b", b), KeyValuePair.Create("a", a)]);

        Assert.Equal(File.ReadAllBytes(folder["1"]), File.ReadAllBytes(folder["2"]));
        using var reader = new SafetensorsReader(folder["1"]);
        Assert.Equal([2L, 3L], reader.Entries["a"].Shape);
        Assert.Equal(0, reader.Entries["a"].Start % 8);
        Assert.Equal([0f, 1f, 2f, 3f, 4f, 5f], reader.Read("a").data<float>().ToArray());
        Assert.Equal([0L, 1L, 2L], reader.Read("b").data<long>().ToArray());
    }

    [Theory]
    [InlineData(TwoTensors, 11, "truncated")]
    [InlineData(TwoTensors, 16, "accounts for")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,800]}}""", 8, "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not have 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,8]}}""", 8, "does not have 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "are expected")]
    [InlineData("""{"a":{"dtype":"F8","shape":[2],"data_offsets":[0,8]}}""", 8, "F8")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "are expected")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "twice")]
    [InlineData("""{"a":""", 8, "not JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", 8, "are expected")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", 8, "are expected")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}""", 8, "not JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "surrogate")]
    [InlineData("[1]", 8, "not a JSON object")]
    public void Reader_DamagedFile_SaysHow(string header, int dataBytes, string expected)
    {
        using var folder = new TemporaryFolder();
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + text.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        Refuses(folder["model.safetensors"], file, expected);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, "truncated")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127, 0 }, "damaged")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 0 }, "damaged")]
    [InlineData(new byte[] { 100, 0, 0, 0, 0, 0, 0, 0, 123 }, "truncated")]
    public void Reader_BadHeaderLength_SaysHow(byte[] file, string expected)
    {
        using var folder = new TemporaryFolder();
        Refuses(folder["model.safetensors"], file, expected);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 988097824\n", "git lfs pull")]
    [InlineData("<!DOCTYPE html>\n<html>Access to this model is restricted</html>", "HTML")]
    public void Read_WhatAFailedDownloadLeft_SaysWhatItIs(string left, string expected)
    {
        using var folder = new TemporaryFolder();
        Refuses(folder["model.safetensors"], Encoding.UTF8.GetBytes(left), expected);
        File.WriteAllText(folder["config.json"], left);
        Assert.Contains(expected, Assert.Throws<StageFailedException>(() => ModelJson.ReadObject(folder["config.json"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all_bf16", "bf16", "bf16_to_fp32_bits")]
    [InlineData("all_fp16", "fp16", "fp16_to_fp32_bits")]
    public void Read_HalfPrecision_WidensEveryPattern(string file, string tensorName, string expectedBits)
    {
        using var scope = NewDisposeScope();
        using var conversions = new SafetensorsReader(SharedFixtures.Path("dtypes", "conversions.safetensors"));
        using var all = new SafetensorsReader(SharedFixtures.Path("dtypes", file + ".safetensors"));
        float[] widened = all.Read(tensorName).data<float>().ToArray();
        short[] patterns = conversions.Read("bits16").data<short>().ToArray();
        int[] expected = conversions.Read(expectedBits).data<int>().ToArray();
        Assert.Equal(65536, widened.Length);
        SharedFixtures.HasOnly(SharedFixtures.Path("dtypes"), ["all_bf16.safetensors", "all_fp16.safetensors", "conversions.safetensors"]);
        for (int i = 0; i < patterns.Length; i++)
        {
            float want = BitConverter.Int32BitsToSingle(expected[i]), got = widened[(ushort)patterns[i]];
            if (!(float.IsNaN(want) && float.IsNaN(got))) Assert.Equal(expected[i], BitConverter.SingleToInt32Bits(got));
        }
    }

    [Theory]
    [InlineData("fp32_to_bf16_bits", true)]
    [InlineData("fp32_to_fp16_bits", false)]
    public void Narrow_EveryKindOfValue_RoundsToNearestEven(string expectedBits, bool brain)
    {
        using var scope = NewDisposeScope();
        using var conversions = new SafetensorsReader(SharedFixtures.Path("dtypes", "conversions.safetensors"));
        float[] source = [.. conversions.Read("fp32_bits").data<int>().ToArray().Select(BitConverter.Int32BitsToSingle)];
        short[] expected = conversions.Read(expectedBits).data<short>().ToArray();
        ushort[] actual = new ushort[source.Length];
        if (brain) HalfPrecision.NarrowBFloat16(source, actual);
        else HalfPrecision.NarrowFloat16(source, actual);

        Assert.NotEmpty(expected);
        for (int i = 0; i < source.Length; i++)
        {
            if (!float.IsNaN(source[i])) Assert.Equal((ushort)expected[i], actual[i]);
            else Assert.True(brain ? float.IsNaN(BitConverter.UInt32BitsToSingle((uint)actual[i] << 16)) : Half.IsNaN(BitConverter.UInt16BitsToHalf(actual[i])));
        }
    }

    private static void Refuses(string path, byte[] file, string expected)
    {
        File.WriteAllBytes(path, file);
        var failure = Assert.Throws<StageFailedException>(() => new SafetensorsReader(path));
        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }
}
