using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;

namespace R1Pipeline.Training.Tests.Stages;

[Collection(StagesCollection.Name)]
public sealed class ImportAndTokenizerTests(TinyBase tiny)
{
    [Fact]
    public void ImportModel_ModelFolder_IsTakenAsItIs()
    {
        var run = tiny.Rig.Run(tiny.Rig.Request("import-model", new ImportModelOptions { Path = tiny.Base.Directory }, []));

        Assert.Equal(File.ReadAllBytes(Path.Combine(tiny.Base.Directory, "model.safetensors")), File.ReadAllBytes(Path.Combine(run.Directory, "model.safetensors")));
        Assert.Equal(tiny.Base.Metrics.GetProperty("parameters").GetInt64(), run.Metrics.GetProperty("parameters").GetInt64());
        Assert.Equal(1, run.Context.StepsPlanned);
    }

    [Theory]
    [InlineData("qwen2-tied", "<|im_end|>")]
    [InlineData("llama3", "<|eot_id|>")]
    [InlineData("deepseek-v3", "<｜end▁of▁sentence｜>")]
    public void ImportModel_PublishedTemplate_IsKeptAndEndsATurn(string model, string end)
    {
        string source = SharedFixtures.Path("models", model), folder = Directory.CreateTempSubdirectory("r1-import-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            // As published models have it: several end tokens, and another one first.
            int other = TokenizerFolder.Load(folder).IdOf("!")!.Value, turn = TokenizerFolder.Load(folder).IdOf(end)!.Value;
            File.WriteAllText(Path.Combine(folder, "generation_config.json"), $$"""{"eos_token_id":[{{other}},{{turn}}]}""");

            var run = tiny.Rig.Run(tiny.Rig.Request("import-model", new ImportModelOptions { Path = folder }, []));

            var tokenizer = TokenizerFolder.Load(run.Directory);
            Assert.Equal(end, tokenizer.TokenOf(tokenizer.EosId));
            Assert.Equal([turn, other], GenerationConfigFile.EndTokens(run.Directory));
            Assert.Equal(File.ReadAllBytes(Path.Combine(source, "tokenizer.json")), File.ReadAllBytes(Path.Combine(run.Directory, "tokenizer.json")));
            Assert.Equal(ChatTemplate.Load(source, TokenizerFolder.Load(source)).Jinja, ChatTemplate.Load(run.Directory, tokenizer).Jinja);
            // The reference numbers beside the model are no weights of it.
            Assert.Equal(["model.safetensors"], Directory.EnumerateFiles(run.Directory, "*.safetensors").Select(Path.GetFileName));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ImportModel_LayerForMultiTokenPrediction_IsKeptWithTheModelsCodeAndSaidToBeUntrained()
    {
        string source = SharedFixtures.Path("models", "deepseek-v3"), folder = Directory.CreateTempSubdirectory("r1-import-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            File.WriteAllText(Path.Combine(folder, "modeling_deepseek.py"), "# named by auto_map\n");
            File.WriteAllText(Path.Combine(folder, "__init__.py"), "");
            JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();
            config["num_hidden_layers"] = 2;                                            // the third stands in for the one behind the last
            File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
            var log = new RecordingLog();

            var run = tiny.Rig.Run(tiny.Rig.Request("import-model", new ImportModelOptions { Path = folder }, []), log: log.Logger);

            Assert.Contains(log.Lines, line => line.Contains("tensors of layers for multi-token prediction (model.layers.2.", StringComparison.Ordinal));
            Assert.Equal(File.ReadAllBytes(Path.Combine(source, "model.safetensors")), File.ReadAllBytes(Path.Combine(run.Directory, "model.safetensors")));
            Assert.True(File.Exists(Path.Combine(run.Directory, "modeling_deepseek.py")));
            Assert.Equal(0, new FileInfo(Path.Combine(run.Directory, "__init__.py")).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("generation_config.json")]
    [InlineData("config.json")]
    public void ImportModel_SeveralEndTokens_EveryOneEndsTheOutputsOfAStageAndStaysInItsModel(string file)
    {
        string folder = Directory.CreateTempSubdirectory("r1-import-").FullName;
        try
        {
            foreach (string path in Directory.GetFiles(tiny.Base.Directory)) File.Copy(path, Path.Combine(folder, Path.GetFileName(path)));
            File.Delete(Path.Combine(folder, "generation_config.json"));
            var tokenizer = TokenizerFolder.Load(folder);
            int sum = tokenizer.IdOf("sum")!.Value;                  // the third token of the answer that the base knows by heart
            JsonObject config = File.Exists(Path.Combine(folder, file)) ? JsonNode.Parse(File.ReadAllText(Path.Combine(folder, file)))!.AsObject() : [];
            config["eos_token_id"] = new JsonArray(tokenizer.EosId, sum);
            File.WriteAllText(Path.Combine(folder, file), config.ToJsonString());
            var import = tiny.Rig.Run(tiny.Rig.Request("import-model", new ImportModelOptions { Path = folder }, []));

            var run = tiny.Rig.Run(tiny.Rig.Request(
                "reasoning-rl", TinyOptions.ReasoningRl with { Iterations = 1, Questions = 4, Temperature = 0.01 }, [tiny.Problems], tiny.Rig.Input("model", import)));

            RolloutRecord[] rollouts = [.. run.Owner.Rollouts.SelectMany(shard => File.ReadLines(shard.Path)).Select(line => JsonSerializer.Deserialize<RolloutRecord>(line, ContractJson.Compact)!)];
            Assert.Contains(rollouts, rollout => rollout.OutputIds[^1] == sum && rollout.FinishReason == "stop");
            Assert.All(rollouts, rollout => Assert.DoesNotContain(sum, rollout.OutputIds.SkipLast(1)));
            Assert.Equal([tokenizer.EosId, sum], GenerationConfigFile.EndTokens(run.Directory));
            if (file == "config.json") Assert.Equal([sum], DecoderConfigFile.Read(run.Directory).OtherEndTokenIds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ImportModel_GenerationConfigOfItsOwn_IsKeptByEveryStage()
    {
        const string kept = """{"eos_token_id": [1, 2, 3], "temperature": 0.6, "top_p": 0.95}""";
        string folder = Directory.CreateTempSubdirectory("r1-import-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(tiny.Base.Directory)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            File.WriteAllText(Path.Combine(folder, "generation_config.json"), kept);
            var import = tiny.Rig.Run(tiny.Rig.Request("import-model", new ImportModelOptions { Path = folder }, []));
            var trained = tiny.Rig.Run(tiny.Rig.Request("supervised-fine-tuning", TinyOptions.FineTuning, [tiny.General], tiny.Rig.Input("model", import)));

            Assert.Equal(kept, File.ReadAllText(Path.Combine(trained.Directory, "generation_config.json")));

            File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"eos_token_id": [1, "two"]}""");
            var failure = tiny.Rig.Fails(tiny.Rig.Request("import-model", new ImportModelOptions { Path = folder }, []));
            Assert.Contains("generation_config.json: eos_token_id", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ImportModel_NamedTemplate_ComesBeforeTheOtherEndTokens()
    {
        string source = SharedFixtures.Path("models", "qwen2-tied"), folder = Directory.CreateTempSubdirectory("r1-import-").FullName;
        try
        {
            foreach (string file in (string[])["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]) File.Copy(Path.Combine(source, file), Path.Combine(folder, file));
            var tokenizer = TokenizerFolder.Load(folder);
            int turn = tokenizer.IdOf("<|im_end|>")!.Value, end = tokenizer.IdOf("<|endoftext|>")!.Value, other = tokenizer.IdOf("!")!.Value;
            File.WriteAllText(Path.Combine(folder, "generation_config.json"), $$"""{"eos_token_id":[{{end}},{{turn}},{{other}}]}""");

            var run = tiny.Rig.Run(tiny.Rig.Request("import-model", new ImportModelOptions { Path = folder, ChatTemplate = "chatml" }, []));

            Assert.Equal([turn, end, other], GenerationConfigFile.EndTokens(run.Directory));
            Assert.Equal(turn, DecoderConfigFile.Read(run.Directory).EosTokenId);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ImportModel_NamedTemplateOfAnotherTokenizer_NamesTokenFolderAndOptions()
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("import-model", new ImportModelOptions { Path = tiny.Base.Directory, ChatTemplate = "chatml" }, []));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        foreach (string part in (string[])["<|im_end|>", tiny.Base.Directory, "llama3"]) Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImportModel_MissingFolder_NamesIt()
    {
        var failure = tiny.Rig.Fails(tiny.Rig.Request("import-model", new ImportModelOptions { Path = "/nowhere/model" }, []));

        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("/nowhere/model", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("chatml")]
    public void ImportModel_NoTokenizer_NamesTheUsersOwnFolder(string? template)
    {
        string folder = Directory.CreateTempSubdirectory("r1-import-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(tiny.Base.Directory).Where(file => Path.GetFileName(file) != "tokenizer.json")) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));

            var failure = tiny.Rig.Fails(tiny.Rig.Request("import-model", new ImportModelOptions { Path = folder, ChatTemplate = template }, []));

            Assert.Equal(StageFailureClass.UserData, failure.Failure);
            Assert.StartsWith($"{folder} has no tokenizer.json", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(null, "<eos>")]
    [InlineData("r1-zero", "ÿ")]                                                        // an end token that the model does not have
    public void ImportModel_TokenizerOfAnotherModel_ShowsTheRenderedPrompt(string? template, string end)
    {
        string folder = Directory.CreateTempSubdirectory("r1-import-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(tiny.Base.Directory)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            TokenizerNames.Create("bytes").Save(folder);
            string config = Path.Combine(folder, "tokenizer_config.json");
            File.WriteAllText(config, File.ReadAllText(config).Replace("\"<eos>\"", $"\"{end}\"", StringComparison.Ordinal));
            Assert.Equal(end == "ÿ", TokenizerFolder.Load(folder).EosId >= 111);
            int before = tiny.Rig.NumArtifacts;

            var failure = tiny.Rig.Fails(tiny.Rig.Request("import-model", new ImportModelOptions { Path = folder, ChatTemplate = template }, []));

            Assert.Equal(StageFailureClass.UserData, failure.Failure);
            Assert.Contains("111", failure.Message, StringComparison.Ordinal);
            Assert.Contains("what is", failure.Message, StringComparison.Ordinal);
            Assert.Equal(before, tiny.Rig.NumArtifacts);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TrainTokenizer_Text_GivesTheSameFileTwiceAndAModelCanStandOnIt()
    {
        var rows = tiny.Rig.File("prose", Enumerable.Range(0, 40).Select(i => new { text = $"The quick brown fox number {i} jumps over the lazy dog." }));
        var options = new TrainTokenizerOptions { VocabularySize = 320 };

        var first = tiny.Rig.Run(tiny.Rig.Request("train-tokenizer", options, [rows]));
        var second = tiny.Rig.Run(tiny.Rig.Request("train-tokenizer", options, [rows]));
        var model = tiny.Rig.Run(tiny.Rig.Request(
            "pretraining", TinyOptions.Pretraining with { Tokenizer = null }, [rows], tiny.Rig.Input("tokenizer", first)));

        Assert.Equal(ArtifactKind.Tokenizer, first.Result.Artifact.Kind);
        Assert.Equal(first.Result.Artifact, second.Result.Artifact);
        Assert.Equal(40, first.Account("prose").Used);
        Assert.Equal(first.Metrics.GetProperty("vocabulary_size").GetInt32(), TokenizerFolder.Load(model.Directory).VocabularySize);
    }
}
