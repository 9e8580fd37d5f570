using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>Rotary frequencies and tables of every type against transformers' own, through the keys of a config.json.</summary>
public sealed class RotaryFixtureTests
{
    [Fact]
    public void Reserve_EveryCase_MatchesFrequenciesAndTables()
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(SharedFixtures.Path("rope", "cases.json")));
        SharedFixtures.HasOnly(SharedFixtures.Path("rope"), ["cases.json", .. cases.RootElement.EnumerateArray().Select(one => one.GetProperty("file").GetString()!)]);
        foreach (JsonElement one in cases.RootElement.EnumerateArray()) Check(one);
    }

    [Fact]
    public void Reserve_LongerThanTheOriginalContextAndBack_DynamicTableFollows()
    {
        using var table = new RotaryTable(new RotaryFrequencies(32, 10000, new DynamicRope(2, 64)), Placement.Host);
        table.Reserve(40);
        float[] before = table.Cos!.narrow(0, 0, 40).data<float>().ToArray();
        table.Reserve(100);
        Assert.NotEqual(before, table.Cos!.narrow(0, 0, 40).data<float>().ToArray());
        table.Reserve(40);
        Assert.Equal(before, table.Cos!.narrow(0, 0, 40).data<float>().ToArray());
    }

    [Theory]
    [InlineData("""{"rope_type": "linear", "factor": 4.0}""", 1024)]
    [InlineData("""{"rope_type": "linear", "factor": 4.0, "original_max_position_embeddings": 128}""", 1024)]
    [InlineData("""{"rope_type": "linear", "factor": 4.0, "partial_rotary_factor": 1.0}""", 1024)]
    [InlineData("""{"rope_type": "dynamic", "factor": 2.0}""", 512)]
    [InlineData("""{"rope_type": "yarn", "factor": 4.0, "truncate": true}""", 1024)]
    [InlineData("""{"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 256}""", 1024)]
    [InlineData("""{"rope_type": "yarn", "factor": 40.0, "mscale": 1.0, "mscale_all_dim": 0.7, "beta_fast": 30, "attention_factor": 1.5}""", 10240)]
    [InlineData("""{"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 64, "low_freq_factor": 1.0, "high_freq_factor": 4.0}""", 256)]
    [InlineData("""{"rope_type": "default"}""", 256)]
    public void Write_Scaling_ReadsBackTheSame(string scaling, int contextTokens)
    {
        using TemporaryFolder first = new(), second = new();
        DecoderConfigFile.Write(DecoderShapeTests.Quickstart, first.Path);
        JsonObject json = JsonNode.Parse(File.ReadAllText(first["config.json"]))!.AsObject();
        json["max_position_embeddings"] = 256;
        json["rope_scaling"] = JsonNode.Parse(scaling);
        File.WriteAllText(first["config.json"], json.ToJsonString());

        DecoderConfig config = DecoderConfigFile.Read(first.Path);
        DecoderConfigFile.Write(config, second.Path);

        Assert.Equal(contextTokens, config.ContextTokens);
        Assert.Equal(config, DecoderConfigFile.Read(second.Path));
    }

    private static void Check(JsonElement one)
    {
        using var scope = NewDisposeScope();
        string name = one.GetRawText(), prefix = one.GetProperty("prefix").GetString()!;
        using var file = new SafetensorsReader(SharedFixtures.Path("rope", one.GetProperty("file").GetString()!));
        var (theta, scaling, _) = RopeKeys.Read(new ConfigKeys("cases.json", one));
        var frequencies = new RotaryFrequencies(one.GetProperty("head_dim").GetInt32(), theta, scaling);
        long[] positions = file.Read("positions").data<long>().ToArray();
        int length = one.GetProperty("sequence_length").ValueKind == JsonValueKind.Number ? one.GetProperty("sequence_length").GetInt32() : (int)positions.Max() + 1;

        Assert.Equal(one.GetProperty("attention_scaling").GetDouble(), frequencies.TableScale, 1e-6);
        float[] expected = file.Read(prefix + "inv_freq").data<float>().ToArray(), actual = frequencies.For(length);
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-6 * pair.First, $"{name}: {pair}"));

        using var table = new RotaryTable(frequencies, Placement.Host);
        table.Reserve(length);
        int half = expected.Length;
        positions = [.. positions.TakeWhile(position => position < length)];      // the file has one list for all lengths
        Assert.True(positions.Length > 4);
        float[] cos = table.Cos!.index_select(0, tensor(positions)).data<float>().ToArray(), sin = table.Sin!.index_select(0, tensor(positions)).data<float>().ToArray();
        float[] wantedCos = file.Read(prefix + "cos").data<float>().ToArray(), wantedSin = file.Read(prefix + "sin").data<float>().ToArray();
        for (int row = 0; row < positions.Length; row++)
        {
            double tolerance = 1e-5 + 2.5e-7 * positions[row];
            for (int i = 0; i < half; i++)
            {
                int at = row * 2 * half + i;
                Assert.InRange(Math.Abs(wantedCos[row * half + i] - cos[at]), 0, tolerance);
                Assert.InRange(Math.Abs(wantedSin[row * half + i] - sin[at + half]), 0, tolerance);
                Assert.Equal(-sin[at + half], sin[at]);
            }
        }
    }
}
