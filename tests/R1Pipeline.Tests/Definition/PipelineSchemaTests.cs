using System.Text.Json.Nodes;
using NJsonSchema;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;
using R1Pipeline.Definition.Schema;

namespace R1Pipeline.Tests.Definition;

public sealed class PipelineSchemaTests
{
    [Fact]
    public void Generate_ShippedSchema_IsFresh()
    {
        string shipped = File.ReadAllText(Path.Combine(Repository.Pipelines, "pipeline.schema.json"));

        Assert.True(shipped.TrimEnd() == PipelineSchema.Generate().TrimEnd(), "pipelines/pipeline.schema.json is stale; refresh it: r1 schema > pipelines/pipeline.schema.json");
    }

    [Fact]
    public void Generate_EveryProperty_IsDescribed()
    {
        JsonObject schema = JsonNode.Parse(PipelineSchema.Generate())!.AsObject();

        foreach (StageKind kind in StageCatalog.All)
        {
            JsonObject options = schema["definitions"]![kind.Name]!["properties"]!["with"]!["properties"]!.AsObject();
            Assert.NotEmpty(options);
            Assert.All(options, option => Assert.False(string.IsNullOrEmpty((string?)option.Value!["description"]), $"{kind.Name}: {option.Key}"));
        }
    }

    [Fact]
    public void Generate_Option_CarriesRangeDefaultWordsAndText()
    {
        JsonNode definitions = JsonNode.Parse(PipelineSchema.Generate())!["definitions"]!;
        JsonNode groupSize = definitions["reasoning-rl"]!["properties"]!["with"]!["properties"]!["group-size"]!;
        JsonNode schedule = definitions["cold-start"]!["properties"]!["with"]!["properties"]!["schedule"]!;

        Assert.Equal(("integer", 2.0, 4096.0, 16), ((string)groupSize["type"]!, (double)groupSize["minimum"]!, (double)groupSize["maximum"]!, (int)groupSize["default"]!));
        Assert.Equal("Outputs of one question (G).", (string)groupSize["description"]!);
        Assert.Equal(["cosine", "linear", "constant"], schedule["enum"]!.AsArray().Select(word => (string)word!));
        Assert.Equal("cosine", (string)schedule["default"]!);
        Assert.Null(definitions["import-model"]!["properties"]!["with"]!["properties"]!["checkpoint-every-steps"]);
    }

    [Theory]
    [InlineData("quickstart")]
    [InlineData("one-minute")]
    [InlineData("public-data")]
    [InlineData("r1")]
    [InlineData("r1-zero")]
    [InlineData("distill")]
    public async Task Generate_ShippedPipeline_FitsTheSchema(string name)
    {
        JsonSchema schema = await JsonSchema.FromJsonAsync(PipelineSchema.Generate(), TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate(Json(Path.Combine(Repository.Pipelines, name + ".yaml"))));
    }

    [Fact]
    public async Task Generate_UnknownKey_DoesNotFit()
    {
        JsonSchema schema = await JsonSchema.FromJsonAsync(PipelineSchema.Generate(), TestContext.Current.CancellationToken);
        string json = Json(Path.Combine(Repository.Pipelines, "distill.yaml"));

        Assert.NotEmpty(schema.Validate(json.Replace("\"epochs\"", "\"epocs\"")));
        Assert.NotEmpty(schema.Validate(json.Replace("\"distillation\"", "\"distilation\"")));
    }

    private static string Json(string path)
    {
        var diagnostics = new DiagnosticBag(path);
        DocumentMap document = PipelineFileReader.Read(path, diagnostics)!;
        Assert.Equal(0, diagnostics.Count);
        return ToJson(document)!.ToJsonString();
    }

    private static JsonNode? ToJson(DocumentNode node) => node switch
    {
        DocumentMap map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, ToJson(entry.Value)))),
        DocumentList list => new JsonArray([.. list.Items.Select(ToJson)]),
        DocumentScalar { IsNull: true } => null,
        DocumentScalar { IsPlain: true, Text: "true" or "false" } flag => flag.Text == "true",
        DocumentScalar { IsPlain: true } number when long.TryParse(number.Text, out long whole) => whole,
        DocumentScalar { IsPlain: true } number when double.TryParse(number.Text, out double value) => value,
        _ => ((DocumentScalar)node).Text,
    };
}
