using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Planning;
using R1Pipeline.Tests.Artifacts;

namespace R1Pipeline.Tests.Orchestration;

public sealed class PlanEstimatorTests : IDisposable
{
    private const long QuickstartParameters = 316_032; // quickstart.md 4
    private const long Rules = 60L << 20;              // their process

    private readonly TemporaryFolder _folder = new();

    private static readonly DataSourceDefinition Corpus = new() { Name = "corpus", Addition = new AdditionOptions { Rows = 30_000 } };

    private static readonly StageDefinition Base = new()
    {
        Name = "base",
        Uses = "pretraining",
        Seed = 1,
        Data = ["corpus"],
        Options = new PretrainingOptions { Tokenizer = "addition", BatchSize = 16 },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_QuickstartBase_GivesItsStepsAndItsSize()
    {
        var estimate = Estimate([Corpus], Base);

        Assert.Equal((1875L, QuickstartParameters), (estimate.Steps, estimate.Model.Parameters));
        Assert.Equal(4 * QuickstartParameters, estimate.Memory.Weights);
        Assert.Equal(4 * QuickstartParameters, estimate.Memory.Gradients);
        Assert.Equal((3 + 5) * 4 * QuickstartParameters, estimate.Memory.State);        // and two moments, the optimizer's piece, the copy of a checkpoint
        Assert.Equal(1_500_000, estimate.Tokens);
    }

    [Fact]
    public void Of_GrpoOnIt_CountsUpdatesAndTheReference()
    {
        var rl = new StageDefinition
        {
            Name = "rl",
            Uses = "reasoning-rl",
            Seed = 1,
            Inputs = [new StageInput("model", "base", "base")],
            Options = new ReasoningRlOptions { Iterations = 50, Questions = 16, GroupSize = 16, Minibatches = 2, MaxNewTokens = 80 },
        };

        var estimate = Estimate([Corpus], Base, rl);

        Assert.Equal((100L, 40 * QuickstartParameters + Rules), (estimate.Steps, estimate.Memory.State));
        Assert.Equal(4 * QuickstartParameters, estimate.Memory.Reference);
        Assert.Equal(256 * 4 * (80L * 3 * 2 * 48 + 2 * 111), estimate.Memory.Cache);
        const long Prompts = (long)(1.2 * 4 * 50 * (16 * (7 * 96 + 7 * 96 + 5 * 48 + 4 * 256 + 96) + 256 * 2 * 48));          // one layer of them and their embeddings, and what its cache gets
        Assert.Equal(256 * 4 * (128L * 3 * 2 * 48 + 2 * 111) + Prompts, Estimate([Corpus], Base, rl with { Data = ["corpus"] }).Memory.Cache);     // 50 + 80 tokens, 128 at most
        const long Few = Prompts / 8;                  // two prompts of 50 tokens at once instead of 16
        StageDefinition few = rl with { Data = ["corpus"], Options = (ReasoningRlOptions)rl.Options with { MaxPrefillTokens = 100 } };
        Assert.Equal(256 * 4 * (128L * 3 * 2 * 48 + 2 * 111) + Few, Estimate([Corpus], Base, few).Memory.Cache);
        Assert.Equal(50 * 256 * 80, estimate.Tokens);
    }

    [Fact]
    public void Of_ActivationCheckpointing_CountsOneLayerAndTheInputsOfAll()
    {
        var options = (PretrainingOptions)Base.Options;
        StageEstimate kept = Estimate([Corpus], Base), again = Estimate([Corpus], Base with { Options = options with { ActivationCheckpointing = true } });
        const long Layers = 3, Hidden = 96, Wide = 256, Embedding = 111 * Hidden;
        long tokens = (long)options.BatchSize * (options.MaxTokens ?? options.Model.ContextTokens);

        Assert.Equal(kept.Memory.State, again.Memory.State);
        const long Layer = 9 * Hidden + 48 + 4 * Wide, OnTheWay = 8 * Hidden + 4 * Wide;
        double saved = 4 * tokens * (1.2 * (Layers * Layer + OnTheWay) - 1.3 * (Layers * Hidden + Layer + OnTheWay)) - 4 * (1.3 - 1.2) * Embedding;       // more gaps where layers come twice
        Assert.InRange(kept.Memory.Total - again.Memory.Total, saved - 1, saved + 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_LargeVocabulary_CountsGradientsOfTheEmbeddingOrTheLogits(bool tied)
    {
        const long Vocabulary = 50_000, Hidden = 96, Layers = 3, Tokens = 8, Layer = 9 * Hidden + 48 + 4 * 256;
        var tokenizer = new StageDefinition { Name = "tok", Uses = "train-tokenizer", Seed = 1, Options = new TrainTokenizerOptions { VocabularySize = (int)Vocabulary } };
        var options = (PretrainingOptions)Base.Options with { BatchSize = 1, MaxTokens = (int)Tokens };
        StageDefinition stage = Base with { Inputs = [new StageInput("tokenizer", "tok", "tok")], Options = options with { Model = options.Model with { TiedEmbeddings = tied } } };

        const long Projection = Vocabulary * Hidden, Logits = 2 * Tokens * Vocabulary;
        long values = tied ? 3 * Projection : Tokens * (Layers * Layer + 5 * Hidden) + Logits + Projection;
        Assert.Equal((long)(1.2 * 4 * values), Estimate([Corpus], tokenizer, stage).Memory.Activations);
    }

    [Fact]
    public void Of_Adapter_CountsWhatIsTrainedAndTheModelOnce()
    {
        StageDefinition Rl(LoraOptions lora) => new()
        {
            Name = "rl",
            Uses = "reasoning-rl",
            Seed = 1,
            Inputs = [new StageInput("model", "base", "base")],
            Options = new ReasoningRlOptions { Lora = lora },
        };
        const long Model = 4 * QuickstartParameters + Rules, Layers = 3, Hidden = 96, Keys = 48, Wide = 256;

        Assert.Equal(Model + 40 * Layers * 8 * 2 * (Hidden + Keys), Estimate([Corpus], Base, Rl(new LoraOptions { Rank = 8, Targets = ["k_proj", "v_proj"] })).Memory.State);
        Assert.Equal(Model + 40 * Layers * 4 * (4 * Hidden + 2 * (Hidden + Keys) + 3 * (Hidden + Wide)), Estimate([Corpus], Base, Rl(new LoraOptions { Rank = 4 })).Memory.State);

        long projections = Layers * (2 * Hidden * Hidden + 2 * Hidden * Keys + 3 * Hidden * Wide), adapter = 40 * Layers * 4 * (4 * Hidden + 2 * (Hidden + Keys) + 3 * (Hidden + Wide));
        MemoryEstimate quantised = Estimate([Corpus], Base, Rl(new LoraOptions { Rank = 4, Quantize = WeightQuantization.Nf4 })).Memory;
        Assert.Equal(Model - 4 * projections + (long)(4.127 / 8 * projections) + adapter, quantised.State);
        Assert.Equal((4 + 4 + 4 + 4 + 2) * Hidden * Wide, quantised.Quantising);             // the largest module in fp32; magnitudes, scaled values, levels, half as many shifted
        Assert.Equal(0, Estimate([Corpus], Base, Rl(new LoraOptions { Rank = 4 })).Memory.Quantising);
    }

    [Fact]
    public void Total_QuantisingTakesMoreThanTheWork_IsTheLoad()
    {
        var memory = new MemoryEstimate { Runtime = 1000, Weights = 100, Quantising = 50, Gradients = 10, Activations = 20, Cache = 30 };

        Assert.Equal(1150, memory.Total);
        Assert.Equal(1141, (memory with { Cache = 31, Quantising = 40 }).Total);
    }

    [Fact]
    public void Of_File_CountsRowsUpToItsLimit()
    {
        string path = _folder.At("rows.jsonl");
        File.WriteAllLines(path, Enumerable.Repeat("{\"prompt\":\"a\",\"response\":\"b\"}", 10).Append("  "));
        StageDefinition sft = Tune(new SupervisedFineTuningOptions { BatchSize = 4, Epochs = 3 }, "rows");

        Assert.Equal(9, Estimate([Corpus, new() { Name = "rows", Path = path }], Base, sft).Steps);
        Assert.Equal(3, Estimate([Corpus, new() { Name = "rows", Path = path, Rows = 4 }], Base, sft).Steps);
    }

    [Theory]
    [InlineData(300, 512)]          // it may make a token of every byte
    [InlineData(50_000, 40)]
    public void Of_RowsOfAFile_CountsTheLongestOfThem(int vocabulary, int tokens)
    {
        string path = _folder.At("rows.jsonl");
        File.WriteAllLines(path, [new string('x', 60), new string('x', 120)]);
        DataSourceDefinition[] data = [Corpus, new() { Name = "rows", Path = path }];
        StageDefinition[] stages = WithVocabulary(vocabulary);
        var options = new SupervisedFineTuningOptions { BatchSize = 4 };
        MemoryEstimate Tuned(SupervisedFineTuningOptions options) => Estimate(data, [.. stages, Tune(options, "rows")]).Memory;

        Assert.Equal(Tuned(options with { MaxTokens = tokens }), Tuned(options));
        Assert.NotEqual(Tuned(options with { MaxTokens = tokens - 1 }), Tuned(options));
        Assert.Equal(Tuned(options with { MaxTokens = 512, Packing = true }), Tuned(options with { Packing = true }));
    }

    [Fact]
    public void Of_RowsThatAStageMakes_CountsAQuestionAndAWholeSample()
    {
        string path = _folder.At("problems.jsonl");
        File.WriteAllLines(path, [new string('x', 90)]);
        DataSourceDefinition[] data = [Corpus, new() { Name = "problems", Path = path }];
        var sampling = new StageDefinition
        {
            Name = "samples",
            Uses = "rejection-sampling",
            Seed = 1,
            Inputs = [new StageInput("model", "base", "base")],
            Data = ["problems"],
            Options = new RejectionSamplingOptions { MaxNewTokens = 100 },
        };
        var options = new SupervisedFineTuningOptions { BatchSize = 4 };

        Assert.Equal(
            Estimate(data, [.. WithVocabulary(50_000), sampling, Tune(options with { MaxTokens = 130 }, "samples")]).Memory,
            Estimate(data, [.. WithVocabulary(50_000), sampling, Tune(options, "samples")]).Memory);
    }

    [Fact]
    public void Plan_ModelThatCannotFit_NamesStageNeedAndMachine()
    {
        var huge = Base with { Options = new PretrainingOptions { Model = new ModelShapeOptions { HiddenSize = 65_536, NumLayers = 512, NumHeads = 512, IntermediateSize = 262_144 } } };

        var plan = new RunPlanner(null, _folder.At("new-state")).Plan(new PipelineDefinition { Name = "p", Seed = 1, Data = [Corpus], Stages = [huge] });

        Assert.Contains(plan.Problems, problem => problem.StartsWith("stage base needs", StringComparison.Ordinal) && problem.Contains("take a smaller model", StringComparison.Ordinal));
        Assert.False(Directory.Exists(_folder.At("new-state")));
        Assert.Equal((false, "never run"), (plan.Stages[0].Cached, plan.Stages[0].Why));
    }

    [Fact]
    public void Plan_TrainingThatCannotFit_SaysWhatAnAdapterWouldNeed()
    {
        var large = Base with { Options = new PretrainingOptions { Model = new ModelShapeOptions { HiddenSize = 8192, NumLayers = 80, NumHeads = 64, NumKvHeads = 8, IntermediateSize = 28_672 } } };
        var tune = new StageDefinition
        {
            Name = "tune",
            Uses = "reasoning-rl",
            Seed = 1,
            Inputs = [new StageInput("model", "base", "base")],
            Data = ["corpus"],
            Options = new ReasoningRlOptions(),
        };
        var definition = new PipelineDefinition { Name = "p", Seed = 1, Data = [Corpus], Stages = [large, tune] };

        string problem = Assert.Single(new RunPlanner(null, _folder.At("new-state")).Plan(definition).Problems, problem => problem.StartsWith("stage tune needs", StringComparison.Ordinal));

        Assert.Contains("lora: { rank: 16 } brings it to", problem, StringComparison.Ordinal);
        Assert.Contains("kl-weight: 0 without max-kl needs no reference", problem, StringComparison.Ordinal);
        MemoryEstimate full = RunPlanner.MemoryOf(definition, "tune");
        Assert.Equal(full.Weights, full.Reference);
        Assert.Equal(full.Runtime + full.Weights + full.Gradients + full.Moments + full.Reference + full.Rewards + full.Checkpoint + Math.Max(full.Activations, full.Cache), full.Total);
    }

    private static StageEstimate Estimate(IReadOnlyList<DataSourceDefinition> data, params StageDefinition[] stages) =>
        new PlanEstimator(new PipelineDefinition { Name = "p", Seed = 1, Data = data, Stages = stages }).Of(stages[^1].Name);

    private static StageDefinition[] WithVocabulary(int vocabulary)
    {
        var options = (PretrainingOptions)Base.Options;
        return
        [
            new StageDefinition { Name = "tok", Uses = "train-tokenizer", Seed = 1, Options = new TrainTokenizerOptions { VocabularySize = vocabulary } },
            Base with { Inputs = [new StageInput("tokenizer", "tok", "tok")], Options = options with { Model = options.Model with { ContextTokens = 512 } } },
        ];
    }

    private static StageDefinition Tune(SupervisedFineTuningOptions options, string data) =>
        new() { Name = "sft", Uses = "supervised-fine-tuning", Seed = 1, Inputs = [new StageInput("model", "base", "base")], Data = [data], Options = options };
}
