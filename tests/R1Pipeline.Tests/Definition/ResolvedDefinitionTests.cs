using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition;
using R1Pipeline.Definition.Resolved;

namespace R1Pipeline.Tests.Definition;

public sealed class ResolvedDefinitionTests
{
    private static readonly CompileResult Quickstart = PipelineCompiler.Compile(Path.Combine(Repository.Pipelines, "quickstart.yaml"), []);

    [Fact]
    public void Read_WhatWriteWrote_IsTheSameDefinition()
    {
        string json = ResolvedDefinition.Write(Quickstart.Definition!, Quickstart.Origins);
        PipelineDefinition read = ResolvedDefinition.Read(json);

        Assert.Equal(json, ResolvedDefinition.Write(read, Quickstart.Origins));
        Assert.Equal(Quickstart.Definition!.Stages.Select(stage => stage.Options), read.Stages.Select(stage => stage.Options));
        Assert.Equal(Quickstart.Definition.Stages.SelectMany(stage => stage.Gates), read.Stages.SelectMany(stage => stage.Gates));
        Assert.Equal(Quickstart.Definition.Stages.SelectMany(stage => stage.Tasks), read.Stages.SelectMany(stage => stage.Tasks));
        Assert.Equal(Quickstart.Definition.Stages.SelectMany(stage => stage.Inputs), read.Stages.SelectMany(stage => stage.Inputs));
        Assert.IsType<AllScenarioRlOptions>(read.Stages.Single(stage => stage.Name == "all-scenario-rl").Options);
    }

    [Fact]
    public void Write_EveryValue_StandsThereWithItsOrigin()
    {
        JsonNode json = JsonNode.Parse(ResolvedDefinition.Write(Quickstart.Definition!, Quickstart.Origins))!;
        JsonObject origins = json["origins"]!.AsObject();
        JsonNode stage = json["stages"]!.AsArray().Single(item => (string)item!["name"]! == "reasoning-rl")!;

        Assert.Equal(0.2, (double)stage["options"]!["clip-epsilon"]!);
        Assert.True(stage["options"]!.AsObject().ContainsKey("clip-epsilon-high"));
        Assert.Equal("default", (string)origins["stages.reasoning-rl.with.clip-epsilon-high"]!);
        Assert.Matches(@"^quickstart\.yaml:\d+$", (string)origins["stages.reasoning-rl.with.clip-epsilon"]!);
        Assert.All(
            stage["options"]!.AsObject().SelectMany(option => option.Value is JsonObject nested ? nested.Select(inner => $"{option.Key}.{inner.Key}") : [option.Key]),
            option => Assert.True(origins.ContainsKey($"stages.reasoning-rl.with.{option}"), option));
    }

    [Fact]
    public void Sha256_DependsOnValuesAndNotOnTheirOrigin()
    {
        string path = Path.Combine(Repository.Pipelines, "quickstart.yaml");
        string same = ResolvedDefinition.Sha256(PipelineCompiler.Compile(path, ["stages.sft.with.epochs=3"]).Definition!);
        string other = ResolvedDefinition.Sha256(PipelineCompiler.Compile(path, ["stages.sft.with.epochs=2"]).Definition!);

        Assert.Equal(ResolvedDefinition.Sha256(Quickstart.Definition!), same);
        Assert.NotEqual(same, other);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"schema\": 1}")]
    public void Read_AnythingElse_SaysThatItIsNotADefinition(string json) =>
        Assert.Contains("definition.json", Assert.Throws<InvalidDataException>(() => ResolvedDefinition.Read(json)).Message);
}
