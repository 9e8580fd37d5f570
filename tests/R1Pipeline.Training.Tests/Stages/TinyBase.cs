using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>
/// A base model that knows one problem by heart, and rows around it. Pretrained once for all stage tests: its greedy answer to
/// <see cref="KnownPrompt"/> is right, well-formed and English; to the other problems it is not.
/// </summary>
public sealed class TinyBase : IDisposable
{
    internal const string KnownPrompt = "what is 1 0 0 + 1 0 0 ?";
    internal const string KnownResponse = "<think> the sum is 2 0 0 . </think> <answer> 2 0 0 </answer>";

    public TinyBase()
    {
        Corpus = Rig.File("corpus", Enumerable.Range(0, 8).Select(_ => new { prompt = KnownPrompt, response = KnownResponse }));
        var pretraining = Rig.Request("pretraining", TinyOptions.Pretraining with { Epochs = 60, LearningRate = 2e-2, CheckpointEverySteps = 1000 }, [Corpus]);
        Base = Rig.Run(pretraining with { Stage = "pretraining-1" });           // the name enters the draws: StageOutputs.json holds what follows from this base
    }

    internal StageRig Rig { get; } = new();

    internal DataSourceDefinition Corpus { get; }

    internal StageRun Base { get; }

    internal StageArtifact Model => Rig.Input("model", Base);

    /// <summary>The known problem and three others.</summary>
    internal DataSourceDefinition Problems => Rig.File(
        "problems",
        new { prompt = KnownPrompt, gold = "2 0 0", id = "known" },
        new { prompt = "what is 3 4 5 + 6 7 8 ?", gold = "1 0 2 3", id = "two" },
        new { prompt = "9 9 9 + 9 9 9 等 于 多 少 ？", gold = "1 9 9 8", id = "three" },
        new { prompt = "what is 5 0 5 + 5 0 5 ?", gold = "1 0 1 0", id = "four" });

    /// <summary>Three general rows.</summary>
    internal DataSourceDefinition General => Rig.File(
        "general",
        new { prompt = "tell me about the cat .", response = "<think> the user asks about the cat . </think> <answer> the cat is nice . thank you . </answer>", must = new[] { "cat", "thank you" } },
        new { prompt = "说 说 猫 。", response = "<think> 用 户 问 猫 。 </think> <answer> 猫 很 暖 。 谢 谢 你 。 </answer>", must = new[] { "猫" } },
        new { prompt = "tell me about the dog .", response = "<think> the user asks about the dog . </think> <answer> go away . </answer>", must = new[] { "dog" } });

    /// <summary>Ten preference pairs.</summary>
    internal DataSourceDefinition Pairs => Rig.File(
        "pairs",
        new[] { "cat", "dog", "tea", "rain", "music", "sea", "moon", "book", "train", "tree" }.Select(topic =>
            new { prompt = $"tell me about the {topic} .", chosen = $"the {topic} is very warm . thank you .", rejected = "go away ." }));

    public void Dispose() => Rig.Dispose();
}
