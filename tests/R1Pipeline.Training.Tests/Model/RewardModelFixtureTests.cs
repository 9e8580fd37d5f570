using System.Text.Json;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Batches;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>The reward model against transformers' Qwen2ForSequenceClassification, and its folder.</summary>
public sealed class RewardModelFixtureTests
{
    [Fact]
    public void Scores_Fixture_MatchScoresLossAndGradients()
    {
        string directory = SharedFixtures.Path("preference", "reward-model");
        using RewardModel model = RewardModel.Load(directory, trainable: true, Parity.Placement);
        using var expected = new SafetensorsReader(Path.Combine(directory, "expected.safetensors"));
        using JsonDocument figures = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "expected.json")));
        using var scope = NewDisposeScope();
        TrainingSequence[] rows = Rows(expected);
        float[] scores = expected.Read("scores").data<float>().ToArray();

        Assert.All(scores.Zip(model.Score(rows, batchSize: 4)), pair => Parity.Near("score", Math.Abs(pair.First - pair.Second), Parity.Logits));

        Tensor taped = model.Scores(TrainingBatch.Of(rows, model.Body.Config.VocabularySize, Parity.Placement));
        Tensor loss = PairwiseLoss.Compute(taped.narrow(0, 0, 3), taped.narrow(0, 3, 3), 3);
        ExpectedNumbers.Relative("loss", figures.RootElement.GetProperty("bradley_terry_loss").GetDouble(), loss.ToDouble(), Parity.Loss);
        model.Body.Backward(loss);
        ExpectedNumbers.GradientNorms(figures.RootElement.GetProperty("grad_norm"), model.Body.Config, model.Parameters);
    }

    [Fact]
    public void Save_Load_KeepsScoresAndStatistics()
    {
        using Decoder decoder = Decoder.Create(DecoderShapeTests.Quickstart with { TiedEmbeddings = false }, 1, "base", 0.08);
        using RewardModel model = RewardModel.From(decoder, 1, "helpful-rm");
        TrainingSequence[] rows = [new([3, 4, 5], 1, "a"), new([6, 7, 8, 9, 1], 1, "b")];
        float[] scores = model.Score(rows);
        model.Statistics = ScoreStatistics.Of(scores);
        using var folder = new TemporaryFolder();
        model.Save(folder.Path);

        using RewardModel loaded = RewardModel.Load(folder.Path);

        Assert.Equal(scores, loaded.Score(rows));
        Assert.Equal(model.Statistics, loaded.Statistics);
        Assert.Throws<InvalidOperationException>(() => loaded.Body.OutputWeight);
    }

    private static TrainingSequence[] Rows(SafetensorsReader expected)
    {
        Tensor ids = expected.Read("input_ids"), real = expected.Read("attention_mask");
        return [.. Enumerable.Range(0, (int)ids.size(0)).Select(row => new TrainingSequence(
            [.. ids[row].data<long>().ToArray().Take((int)real[row].sum().ToInt64()).Select(id => (int)id)], 1, $"row:{row}"))];
    }
}
