using System.Text.Json;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Batches;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Batches;

/// <summary>Padded and packed batches against the shared packing fixture, and what a batch refuses.</summary>
public sealed class TrainingBatchTests
{
    public static TheoryData<string> Models { get; } = new("qwen2-tied", "qwen3", "llama3", "deepseek-v3");

    [Theory]
    [MemberData(nameof(Models))]
    public void Of_PackedFixture_MatchesLogitsLossAndGradients(string model)
    {
        (Decoder decoder, SafetensorsReader expected, JsonElement figures, TrainingSequence[] documents) = Fixture(model);
        using (decoder)
        using (expected)
        {
            using var scope = NewDisposeScope();
            TrainingBatch batch = TrainingBatch.Of([new PackedSequence(documents)], decoder.Config.VocabularySize);
            Assert.Equal(expected.Read("packed.input_ids").data<long>().ToArray(), batch.Ids.data<long>().ToArray());
            Assert.Equal(expected.Read("packed.position_ids").data<long>().ToArray(), batch.Segments!.Positions());
            Tensor hidden = decoder.Hidden(batch.Ids, batch.Segments);
            Assert.InRange(ExpectedNumbers.LargestDifference(expected.Read("packed.logits"), decoder.Project(hidden), ones_like(batch.Ids).ne(0)), 0, 1e-4);
            Check(decoder, batch, hidden, figures, figures.GetProperty("loss").GetDouble());
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Of_PaddedFixture_EqualsPacked(string model)
    {
        (Decoder decoder, SafetensorsReader expected, JsonElement figures, TrainingSequence[] documents) = Fixture(model);
        using (decoder)
        using (expected)
        {
            using var scope = NewDisposeScope();
            TrainingBatch batch = TrainingBatch.Of(documents, decoder.Config.VocabularySize);
            Assert.Null(batch.Segments);
            Assert.Equal(expected.Read("padded.input_ids").data<long>().ToArray(), batch.Ids.data<long>().ToArray());
            Check(decoder, batch, decoder.Hidden(batch.Ids), figures, figures.GetProperty("loss_padded").GetDouble());
        }
    }

    [Fact]
    public void Of_LossFrom_CountsOnlyTheResponse()
    {
        using var scope = NewDisposeScope();
        TrainingBatch batch = TrainingBatch.Of([new TrainingSequence([4, 5, 6, 7], 2, "a:1"), new TrainingSequence([8, 9], 1, "a:2")], 10);
        Assert.Equal([1L, 2L, 4L], batch.LossRows.data<long>().ToArray());
        Assert.Equal([6L, 7L, 9L], batch.Targets.data<long>().ToArray());
        Assert.Equal([3L, 5L], batch.LastTokens.data<long>().ToArray());
        Assert.Equal(6, batch.NumTokens);
    }

    [Fact]
    public void Of_IdOutsideTheVocabulary_NamesTheRow()
    {
        var failure = Assert.Throws<StageFailedException>(() => TrainingBatch.Of([new TrainingSequence([4, 10], 1, "corpus:17")], 10));
        Assert.Equal(StageFailureClass.UserData, failure.Failure);
        Assert.Contains("corpus:17", failure.Message, StringComparison.Ordinal);
    }

    private static void Check(Decoder decoder, TrainingBatch batch, Tensor hidden, JsonElement figures, double expectedLoss)
    {
        Assert.Equal(figures.GetProperty("loss_tokens").GetInt64(), batch.Targets.numel());
        Tensor rows = hidden.view(-1, decoder.Config.HiddenSize).index_select(0, batch.LossRows);
        Tensor loss = CrossEntropyLoss.Compute(TokenLogprobs.Compute(rows, decoder.OutputWeight, batch.Targets), batch.Targets.numel());
        ExpectedNumbers.Relative("loss", expectedLoss, loss.ToDouble(), 1e-5);
        loss.backward();
        ExpectedNumbers.GradientNorms(figures.GetProperty("grad_norm"), decoder.Config, decoder.Parameters);
    }

    private static (Decoder, SafetensorsReader, JsonElement, TrainingSequence[]) Fixture(string model)
    {
        var expected = new SafetensorsReader(SharedFixtures.Path("packing", model + ".safetensors"));
        Decoder decoder = ModelFolder.Load(SharedFixtures.Path("models", model));
        using JsonDocument numbers = JsonDocument.Parse(File.ReadAllText(SharedFixtures.Path("packing", "expected.json")));
        using var scope = NewDisposeScope();
        long[] ids = expected.Read("packed.input_ids").data<long>().ToArray(), lengths = expected.Read("lengths").data<long>().ToArray();
        var documents = new List<TrainingSequence>();
        int at = 0;
        foreach (long length in lengths)
        {
            documents.Add(new TrainingSequence([.. ids.Skip(at).Take((int)length).Select(id => (int)id)], 1, $"document:{documents.Count}"));
            at += (int)length;
        }

        return (decoder, expected, numbers.RootElement.GetProperty(model).Clone(), [.. documents]);
    }
}
