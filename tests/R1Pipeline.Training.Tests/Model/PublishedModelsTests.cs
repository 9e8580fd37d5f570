using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>
/// The configurations of published models: each is read, has as many parameters as its publisher counts, and is written so that it reads back the same. The lines of
/// <c>PublishedModels.jsonl</c> hold the keys of the two JSON files and the count; none of the models is here.
/// </summary>
public sealed class PublishedModelsTests
{
    private static readonly Dictionary<string, JsonObject> Lines = File.ReadLines(BesideThisSource("PublishedModels.jsonl"))
        .Select(line => JsonNode.Parse(line)!.AsObject()).ToDictionary(line => (string)line["model"]!);

    public static TheoryData<string> Models { get; } = [.. Lines.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void Read_PublishedModel_HasItsParametersContextAndEnds(string model)
    {
        using var folder = new TemporaryFolder();
        JsonObject line = Lines[model], source = line["config"]!.AsObject();
        DecoderConfig config = ReadFrom(folder, source);
        File.WriteAllText(folder["generation_config.json"], line["generation_config"]!.ToJsonString());

        Assert.Equal((long)line["parameters"]!, DecoderParameters.Shapes(config, DecoderHead.Vocabulary).Sum(shape => shape.Count));
        Assert.Equal((int)source["max_position_embeddings"]!, config.ContextTokens);
        Assert.Equal((double)source["rope_theta"]!, config.RopeTheta);
        Assert.Equal(source["rope_scaling"] is not null, config.RopeScaling is not null);
        Assert.Equal(Ids(source["eos_token_id"]), config.EndTokenIds);
        Assert.Equal(Ids(line["generation_config"]!["eos_token_id"]), GenerationConfigFile.EndTokens(folder.Path));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Read_WrittenAgainOrInTheNewerSpelling_IsTheSame(string model)
    {
        using var folder = new TemporaryFolder();
        JsonObject source = Lines[model]["config"]!.AsObject();
        DecoderConfig config = ReadFrom(folder, source);

        Same(config, ReadFrom(folder, Newer(source)));
        DecoderConfigFile.Write(config, folder.Path);
        Same(config, DecoderConfigFile.Read(folder.Path));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Write_KeyThatNothingHereReads_IsKept(string model)
    {
        using var folder = new TemporaryFolder();
        JsonObject source = Lines[model]["config"]!.DeepClone().AsObject();
        JsonObject kept = JsonNode.Parse("""{"initializer_range":0.02,"max_window_layers":21,"sliding_window":null,"transformers_version":"4.43.1","use_cache":true}""")!.AsObject();
        JsonObject gone = JsonNode.Parse("""{"auto_map":{"AutoModelForCausalLM":"modeling.Model"},"num_nextn_predict_layers":1}""")!.AsObject();
        foreach (var (key, value) in kept.Concat(gone)) source[key] = value?.DeepClone();
        DecoderConfigFile.Write(ReadFrom(folder, source), folder.Path);

        JsonObject written = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!.AsObject();
        Assert.Equal(source.Select(pair => pair.Key).Except(gone.Select(pair => pair.Key)).Except(written.Select(pair => pair.Key)), []);
        Assert.All(kept, pair => Assert.True(JsonNode.DeepEquals(pair.Value, written[pair.Key]), pair.Key));
        Assert.DoesNotContain(written, pair => gone.ContainsKey(pair.Key));
        Assert.Equal(written.Select(pair => pair.Key).Order(StringComparer.Ordinal), written.Select(pair => pair.Key));
    }

    [Theory]
    [InlineData("Llama-3.1-8B", "\"factor\": 8.0", "\"high_freq_factor\": 4.0", "\"low_freq_factor\": 1.0")]
    [InlineData("DeepSeek-R1", "\"factor\": 40.0", "\"beta_fast\": 32.0", "\"mscale\": 1.0", "\"routed_scaling_factor\": 3.0", "\"moe_layer_freq\": 1,")]
    public void Write_NumberThatTransformersDeclaresAsFloat_HasAPoint(string model, params string[] written)
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = ReadFrom(folder, Lines[model]["config"]!.AsObject());
        DecoderConfigFile.Write(config with { Experts = config.Experts is { } experts ? experts with { Scale = 3 } : null }, folder.Path);
        Assert.All(written, part => Assert.Contains(part, File.ReadAllText(folder["config.json"]), StringComparison.Ordinal));
    }

    [Fact]
    public void Read_WeightsInFp8AsDeepseekPublishesThem_NamesTheKeyAndWhatToDo()
    {
        using var folder = new TemporaryFolder();
        JsonObject source = Lines["DeepSeek-R1"]["config"]!.DeepClone().AsObject();
        source["quantization_config"] = JsonNode.Parse("""{"activation_scheme":"dynamic","fmt":"e4m3","quant_method":"fp8","weight_block_size":[128,128]}""");
        string message = Assert.Throws<StageFailedException>(() => ReadFrom(folder, source)).Message;
        Assert.Contains("quantization_config", message, StringComparison.Ordinal);
        Assert.Contains("BF16", message, StringComparison.Ordinal);
    }

    private static DecoderConfig ReadFrom(TemporaryFolder folder, JsonObject config)
    {
        File.WriteAllText(folder["config.json"], config.ToJsonString());
        return DecoderConfigFile.Read(folder.Path);
    }

    /// <summary>As version 5 of transformers writes it: rotary keys in one object, the kind of attention layer by layer, another name for the type.</summary>
    private static JsonObject Newer(JsonObject source)
    {
        JsonObject config = source.DeepClone().AsObject();
        JsonObject rope = config["rope_scaling"] is JsonObject scaling ? scaling.DeepClone().AsObject() : new JsonObject { ["rope_type"] = "default" };
        if (rope["type"] is { } type) rope["rope_type"] = type.DeepClone();
        rope["rope_theta"] = config["rope_theta"]!.DeepClone();
        config["rope_parameters"] = rope;
        config["dtype"] = config["torch_dtype"]!.DeepClone();
        if ((string)config["model_type"]! is "qwen2" or "qwen3") config["layer_types"] = new JsonArray([.. Enumerable.Repeat("full_attention", (int)config["num_hidden_layers"]!).Select(layer => (JsonNode)layer)]);
        foreach (string old in (string[])["rope_scaling", "rope_theta", "torch_dtype"]) _ = config.Remove(old);
        return config;
    }

    // Two lists are never equal as parts of a record.
    private static void Same(DecoderConfig expected, DecoderConfig actual)
    {
        Assert.Equal(expected.OtherEndTokenIds, actual.OtherEndTokenIds);
        Assert.Equal(expected with { OtherEndTokenIds = [] }, actual with { OtherEndTokenIds = [] });
    }

    private static int[] Ids(JsonNode? ends) => ends is JsonArray list ? [.. list.Select(id => (int)id!)] : [(int)ends!];

    private static string BesideThisSource(string file, [CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, file);
}
