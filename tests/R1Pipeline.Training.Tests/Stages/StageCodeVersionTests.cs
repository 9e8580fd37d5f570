using System.Runtime.CompilerServices;
using System.Text.Json;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>
/// A stage's code version stands in its content key: code that computes something else under an old version would hand out stale results as cached.
/// So a small output of every stage is pinned with the version that made it. After an intended change: raise <c>Version</c> of the kind in
/// <c>StageCatalog.cs</c>, then run this class with <c>R1_PIN_STAGE_OUTPUTS=1</c> and commit the new <c>StageOutputs.json</c>.
/// </summary>
[Collection(StagesCollection.Name)]
public sealed class StageCodeVersionTests(TinyBase tiny)
{
    // Far above the rounding of another processor, far below what a changed formula does.
    private const double Tolerance = 0.01;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly string PinnedFile = BesideThisSource("StageOutputs.json");

    public static TheoryData<string> Kinds => [.. StageCatalog.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Execute_PinnedInput_GivesThePinnedFiguresOfThisVersion(string uses)
    {
        int version = StageCatalog.Find(uses)!.Version;
        SortedDictionary<string, double> figures = Compute(uses);
        Assert.NotEmpty(figures);
        if (Environment.GetEnvironmentVariable("R1_PIN_STAGE_OUTPUTS") == "1")
        {
            Pin(uses, new Pinned(version, figures));
            Assert.Skip($"the output of {uses} was pinned anew");
        }

        Assert.True(ReadPinned().TryGetValue(uses, out Pinned? pinned), $"no output of stage kind {uses} is pinned in {PinnedFile}");
        Assert.True(version == pinned.Version, $"stage kind {uses} is of version {version}, its pinned output of {pinned.Version}: pin it anew (see {nameof(StageCodeVersionTests)})");
        Assert.Equal(pinned.Figures.Keys, figures.Keys);
        Assert.All(pinned.Figures, pair => Assert.True(
            Math.Abs(figures[pair.Key] - pair.Value) <= Tolerance * Math.Max(Math.Abs(pair.Value), 0.01),
            $"{uses}: {pair.Key} is {figures[pair.Key]}, version {version} made it {pair.Value}; if the change is intended, raise Version of \"{uses}\" in StageCatalog.cs and pin anew"));
    }

    private SortedDictionary<string, double> Compute(string uses) => uses switch
    {
        "import-model" => Of(tiny.Rig.Request(uses, new ImportModelOptions { Path = tiny.Base.Directory }, [])),
        "train-tokenizer" => Of(tiny.Rig.Request(uses, new TrainTokenizerOptions { VocabularySize = 300 }, [tiny.General])),
        "pretraining" => Of(tiny.Rig.Request(uses, TinyOptions.Pretraining with { Epochs = 2, BatchSize = 4 }, [tiny.Corpus])),
        "cold-start" or "supervised-fine-tuning" or "distillation" =>
            Of(tiny.Rig.Request(uses, TinyOptions.FineTuning with { Epochs = 2 }, [tiny.General], tiny.Model), tiny.Base.Directory),
        "reasoning-rl" => Of(tiny.Rig.Request(uses, TinyOptions.ReasoningRl with { Questions = 4, GroupSize = 4, MaxNewTokens = 40, LearningRate = 1e-3 }, [tiny.Problems], tiny.Model), tiny.Base.Directory),
        "rejection-sampling" => Of(tiny.Rig.Request(uses, TinyOptions.RejectionSampling with { GeneralShare = 2 }, [tiny.Problems, tiny.General], tiny.Model)),
        "reward-modeling" => Of(RewardModeling(uses), tiny.Base.Directory),
        "all-scenario-rl" => Of(
            tiny.Rig.Request(
                uses, TinyOptions.AllScenarioRl with { Questions = 3, GroupSize = 4, MaxNewTokens = 40, LearningRate = 1e-3 }, [tiny.Problems, tiny.General],
                tiny.Model, tiny.Rig.Input("reward-models", tiny.Rig.Run(RewardModeling("reward-modeling")), "helpful")),
            tiny.Base.Directory),
        "evaluation" => Of(tiny.Rig.Request(uses, TinyOptions.Evaluation, [], tiny.Rig.Input("models", tiny.Base)) with
        {
            Sources = [tiny.Problems],
            Tasks = [new("math", new EvaluationTaskOptions { Data = "problems", Temperature = 0.01, Samples = 2, MaxNewTokens = 40 })],
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(uses), uses, "pin an output of this stage kind here"),
    };

    private SortedDictionary<string, double> Of(StageRequest request, string? input = null) => StageOutput.FiguresOf(tiny.Rig.Run(request), input);

    private StageRequest RewardModeling(string uses) => tiny.Rig.Request(uses, TinyOptions.RewardModeling with { Epochs = 2 }, [tiny.Pairs], tiny.Model);

    private static SortedDictionary<string, Pinned> ReadPinned() => File.Exists(PinnedFile)
        ? JsonSerializer.Deserialize<SortedDictionary<string, Pinned>>(File.ReadAllText(PinnedFile))!
        : new SortedDictionary<string, Pinned>(StringComparer.Ordinal);

    private static void Pin(string uses, Pinned output)
    {
        SortedDictionary<string, Pinned> all = ReadPinned();
        all[uses] = output;
        File.WriteAllText(PinnedFile, JsonSerializer.Serialize(all, Indented) + "\n");
    }

    private static string BesideThisSource(string file, [CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, file);

    private sealed record Pinned(int Version, SortedDictionary<string, double> Figures);
}
