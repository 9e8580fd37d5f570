using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition;

namespace R1Pipeline.Tests.Definition;

public sealed class PipelineCompilerTests
{
    private const string Small = """
        name: small
        seed: 7
        data:
          rows:     { generate: addition, split: worked, rows: 10 }
          problems: { generate: addition, split: problems }
          measure:  { generate: addition, split: held-out, rows: 4 }
          pairs:    { generate: addition, split: pairs, rows: 20 }
          talk:     { generate: addition, split: general }
        stages:
          base:      { uses: pretraining, data: [rows], with: { tokenizer: addition, model: { num-layers: 2 } } }
          cold:      { uses: cold-start, model: base, data: [rows], seed: 11, with: { learning-rate: 5e-4, micro-batch: null } }
          rl:        { uses: reasoning-rl, model: cold, data: [problems], with: { kl-estimator: k1, clip-epsilon: 10 } }
          kept:      { uses: rejection-sampling, model: rl, data: [problems, rows] }
          sft:       { uses: supervised-fine-tuning, model: base, data: [kept, rows], gate: { data: measure, at-least: 0.5 } }
          helpful:   { uses: reward-modeling, model: base, data: [pairs] }
          final:     { uses: all-scenario-rl, model: sft, reward-models: { good: helpful }, data: [problems, talk] }
          report:
            uses: evaluation
            models: [base, final]
            tasks: { a: { data: measure, temperature: 1 }, b: { data: measure, samples: 4 } }
            gate:
              - { task: a, model: final, at-least: 0.9 }
              - { task: b, model: final, relative-to: base, metric: pass-at-k, at-least: -0.1, at-most: 1 }
        """;

    [Fact]
    public void Compile_SixMistakes_AllInOneRunWithTheirPlaces()
    {
        using var folder = new PipelineFolder();
        CompileResult result = folder.Compile("""
            name: six
            data:
              rows:  { generate: addition, split: worked }
              gone:  { path: nowhere.jsonl }
              pairs: { generate: addition, split: pairs }
            stages:
              base: { uses: pretraining, data: [rows], with: { tokenizer: addition, epocs: 1 } }
              cold:
                uses: cold-start
                model: base
                data: [rows, gone]
                with:
                  epochs: 2
                  batch-size: many
                  epochs: 3
              a:  { uses: cold-start, model: b, data: [rows] }
              b:  { uses: cold-start, model: a, data: [rows] }
              rm: { uses: reward-modeling, model: base, data: [pairs] }
              rl: { uses: cold-start, model: rm, data: [rows] }
            """);

        Assert.Null(result.Definition);
        Assert.Equal(["4:18 R1016", "7:73 R1005", "14:19 R1007", "15:7 R1004", "17:34 R1015", "19:34 R1014"], folder.Short(result));
        Assert.Equal($"{folder.File}:7:73: R1005: unknown key 'epocs' in 'with' of stage 'base' (pretraining); did you mean 'epochs'?", result.Diagnostics[1].ToString());
        Assert.Contains("accepted: a whole number from 1 to 1000000", result.Diagnostics[2].Message);
        Assert.Contains("a -> b -> a", result.Diagnostics[4].Message);
        Assert.Contains("puts out a reward model", result.Diagnostics[5].Message);
        Assert.Equal(["test.yaml"], Directory.GetFileSystemEntries(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void Compile_GoodFile_SpellsOutEveryStage()
    {
        using var folder = new PipelineFolder();
        CompileResult result = folder.Compile(Small);

        Assert.Empty(result.Diagnostics);
        PipelineDefinition definition = result.Definition!;
        Assert.Equal(("small", 7L), (definition.Name, definition.Seed));
        Assert.Equal(["base", "cold", "rl", "kept", "sft", "helpful", "final", "report"], definition.Stages.Select(stage => stage.Name));
        StageDefinition sft = definition.Stages[4];
        Assert.Equal([new StageInput("model", "base", "base"), new StageInput("data", "kept", "kept")], sft.Inputs);
        Assert.Equal(["kept", "rows"], sft.Data);
        Assert.Equal(0.5, Assert.Single(sft.Gates).AtLeast);
        Assert.Equal([new StageInput("model", "sft", "sft"), new StageInput("reward-models", "good", "helpful")], definition.Stages[6].Inputs);
        StageDefinition report = definition.Stages[7];
        Assert.Equal(["a", "b"], report.Tasks.Select(task => task.Key));
        Assert.Equal((1.0, 0.95, 4), (report.Tasks[0].Value.Temperature, report.Tasks[1].Value.TopP, report.Tasks[1].Value.Samples));
        Assert.Equal(("base", -0.1, 1.0), (report.Gates[1].RelativeTo, report.Gates[1].AtLeast!.Value, report.Gates[1].AtMost!.Value));
    }

    [Fact]
    public void Compile_GoodFile_BindsOptionsWithTheirDefaults()
    {
        using var folder = new PipelineFolder();
        PipelineDefinition definition = folder.Compile(Small).Definition!;

        var pretraining = Assert.IsType<PretrainingOptions>(definition.Stages[0].Options);
        Assert.Equal(("addition", 2, 96), (pretraining.Tokenizer, pretraining.Model.NumLayers, pretraining.Model.HiddenSize));
        var cold = Assert.IsType<SupervisedFineTuningOptions>(definition.Stages[1].Options);
        Assert.Equal((5e-4, null, 128), (cold.LearningRate, cold.MicroBatch, cold.BatchSize));
        var rl = Assert.IsType<ReasoningRlOptions>(definition.Stages[2].Options);
        Assert.Equal((KlEstimator.K1, 10.0, 650), (rl.KlEstimator, rl.ClipEpsilon, rl.Iterations));
    }

    [Fact]
    public void Compile_StageSeed_IsItsOwnElseTheFiles()
    {
        using var folder = new PipelineFolder();
        PipelineDefinition definition = folder.Compile(Small).Definition!;

        Assert.Equal([7L, 11L], definition.Stages.Take(2).Select(stage => stage.Seed));
    }

    [Fact]
    public void Compile_GeneratedSeeds_FollowTheFileSeedAndTheNameButNotTheHeldOut()
    {
        using var folder = new PipelineFolder();
        long?[] first = [.. folder.Compile(Small).Definition!.Data.Select(source => source.Addition!.Seed)];
        long?[] again = [.. folder.Compile(Small).Definition!.Data.Select(source => source.Addition!.Seed)];
        long?[] other = [.. folder.Compile(Small, "seed=8").Definition!.Data.Select(source => source.Addition!.Seed)];

        Assert.Equal(first, again);
        Assert.Equal((999L, 999L), (first[2]!.Value, other[2]!.Value));
        Assert.Equal(5, first.Distinct().Count());
        Assert.All([0, 1, 3], i => Assert.NotEqual(first[i], other[i]));
    }

    [Fact]
    public void Compile_Origins_NameFileLineOverrideAndDefault()
    {
        using var folder = new PipelineFolder();
        IReadOnlyDictionary<string, string> origins = folder.Compile(Small, "stages.rl.with.iterations=5").Origins;

        Assert.Equal("test.yaml:2", origins["seed"]);
        Assert.Equal("test.yaml:11", origins["stages.cold.with.learning-rate"]);
        Assert.Equal("default", origins["stages.cold.with.epochs"]);
        Assert.Equal("test.yaml:10", origins["stages.base.with.model.num-layers"]);
        Assert.Equal("default", origins["stages.base.with.model.hidden-size"]);
        Assert.Equal("--set stages.rl.with.iterations=5", origins["stages.rl.with.iterations"]);
        Assert.Equal("the file's seed", origins["stages.rl.seed"]);
        Assert.Equal("derived from the file's seed and the source's name", origins["data.rows.seed"]);
        Assert.Equal("default of the held-out split", origins["data.measure.seed"]);
    }

    [Fact]
    public void Compile_FileSource_ResolvesPathFieldsAndPatterns()
    {
        using var folder = new PipelineFolder();
        folder.Write("sets/a.jsonl", """{"q": "1 + 1 = ?", "hint": "", "a": "2"}""");
        CompileResult result = folder.Compile("""
            name: files
            data:
              root: sets
              a: { path: a.jsonl, fields: { prompt: [q, hint], response: a }, remove: ['<<[^>]*>>'], language: en, rows: 1 }
            stages:
              base: { uses: pretraining, data: [a], with: { tokenizer: bytes } }
            """);

        Assert.Empty(result.Diagnostics);
        var source = Assert.Single(result.Definition!.Data);
        Assert.Equal(Path.Combine(folder.Root, "sets", "a.jsonl"), source.Path);
        Assert.Equal(["q", "hint"], source.Fields["prompt"]);
        Assert.Equal(["a"], source.Fields["response"]);
        Assert.Equal(("en", 1, "<<[^>]*>>"), (source.Language, source.Rows, Assert.Single(source.Remove)));
    }

    [Fact]
    public void Compile_ImportModel_PathBecomesAbsolute()
    {
        using var folder = new PipelineFolder();
        folder.Write("models/m/config.json", "{}");
        CompileResult result = folder.Compile("name: import\nstages: { m: { uses: import-model, with: { path: models/m } } }");

        Assert.Empty(result.Diagnostics);
        Assert.Equal(Path.Combine(folder.Root, "models", "m"), Assert.IsType<ImportModelOptions>(Assert.Single(result.Definition!.Stages).Options).Path);
    }

    [Fact]
    public void Compile_SeveralProblems_SortedByLineThenColumn()
    {
        using var folder = new PipelineFolder();
        CompileResult result = folder.Compile("name: A\nstages:\n  x: { uses: evaluation, color: red, models: [y], with: { shard-samples: 0 } }\nbogus: 1");

        Assert.Equal(["1:7 R1010", "3:3 R1012", "3:26 R1005", "3:47 R1013", "3:74 R1008", "4:1 R1005"], folder.Short(result));
    }

    [Fact]
    public void Compile_UnreadableOption_DoesNotHideNorFakeTheOthers()
    {
        using var folder = new PipelineFolder();
        CompileResult result = folder.Compile("""
            name: t
            data: { p: { generate: addition, split: problems } }
            stages:
              base: { uses: pretraining, data: [c], with: { tokenizer: word, model: { num-kv-heads: 3 }, epochs: x } }
              rl: { uses: reasoning-rl, model: base, data: [p], with: { min-accuracy-gain: much, accuracy-gain-iteration: 9, questions: 0, minibatches: 4000 } }
              report: { uses: evaluation, models: [base], tasks: { a: { data: 5, samples: no } }, gate: { task: a, model: base, at-least: high } }
            """);

        Assert.Equal(
            ["4:37 R1013", "4:60 R1009", "4:89 R1020", "4:102 R1007", "5:80 R1007", "5:125 R1008", "6:67 R1007", "6:79 R1007", "6:127 R1007"],
            folder.Short(result));
    }
}
