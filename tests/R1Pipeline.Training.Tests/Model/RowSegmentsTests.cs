using R1Pipeline.Contracts.Options;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Batches;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Tests.Loops;
using R1Pipeline.Training.Tests.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>Rows of several sequences: each sequence is computed as if it stood alone, and nothing is as large as a row's square.</summary>
[Collection(TensorCountCollection.Name)]
public sealed class RowSegmentsTests(ITestOutputHelper output)
{
    // Rows of one, three and two sequences; the first and the last are padded. Neighbours of equal length among them.
    private static readonly int[][] Lengths = [[14], [3, 9, 9], [11, 4]];

    public static TheoryData<DecoderFamily, bool, bool> Models { get; } = new(
        from family in new[] { DecoderFamily.Qwen2, DecoderFamily.Qwen3, DecoderFamily.DeepseekV3 }
        from checkpointing in new[] { false, true }
        from adapter in new[] { false, true }
        select (family, checkpointing, adapter));

    [Theory]
    [MemberData(nameof(Models))]
    public void Hidden_PackedRows_LossAndGradientsOfTheirSequencesAlone(DecoderFamily family, bool checkpointing, bool adapter)
    {
        using Decoder model = adapter ? LoraLoopTests.WithAdapter(NewModel(family), new LoraOptions(), "packed") : NewModel(family);
        model.ActivationCheckpointing = checkpointing;
        if (adapter) Fill(model.Trained);
        PackedSequence[] rows = Rows(model);
        int tokens = rows.SelectMany(row => row.Parts).Sum(part => part.Ids.Length - 1);

        double expected = rows.SelectMany(row => row.Parts).Sum(part => Step(model, [new PackedSequence([part])], tokens));
        float[] alone = Gradients(model);
        double loss = Step(model, rows, tokens);
        float[] together = Gradients(model);

        Assert.Equal(expected, loss, 1e-5 * expected);
        double scale = alone.Max(Math.Abs);
        Assert.True(scale > 1e-3, $"gradients of {scale} show nothing");
        Assert.InRange(alone.Zip(together, (one, other) => Math.Abs(one - other)).Max(), 0, 1e-5 * scale);
    }

    [Theory]
    [InlineData(DecoderFamily.Qwen2)]
    [InlineData(DecoderFamily.DeepseekV3)]
    public void Hidden_IdsOfOtherSegmentsChange_NoBitOfASegmentDoes(DecoderFamily family)
    {
        // Without experts, whose matrix products are of the tokens that come to them.
        using Decoder model = NewModel(family, experts: false);
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        TrainingBatch batch = TrainingBatch.Of(Rows(model), model.Config.VocabularySize);
        Tensor hidden = Flat(model, batch.Ids, batch);
        int at = 0;
        foreach (long length in batch.Segments!.Lengths)
        {
            Tensor ids = batch.Ids.add(1, 1).remainder(model.Config.VocabularySize);
            _ = ids.view(-1).narrow(0, at, length).copy_(batch.Ids.view(-1).narrow(0, at, length));
            Tensor other = Flat(model, ids, batch);
            Assert.True(other.narrow(0, at, length).bytes.SequenceEqual(hidden.narrow(0, at, length).bytes), $"segment at {at}");
            Assert.False(other.bytes.SequenceEqual(hidden.bytes));
            at += (int)length;
        }

        Assert.Equal(batch.Ids.numel(), at);
    }

    [Fact]
    public void Step_PackedRowOf16384Tokens_NothingIsItsSquare()
    {
        const int tokens = 16_384, part = 128;
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the kernel's high-water mark is read on Linux");
        using Decoder model = Decoder.Create(SftLoopTests.Small with { ContextTokens = tokens, NumLayers = 1, HiddenSize = 16, NumHeads = 2, NumKvHeads = 1, HeadSize = 8 }, 1, "sft", 0.02);
        PackedSequence Row(int length) => new([.. Enumerable.Range(0, length / part).Select(row => new TrainingSequence([.. Enumerable.Range(row, part).Select(id => id % 40)], 1, "row"))]);
        _ = Step(model, [Row(2 * part)], 1);                    // what libtorch sets up once
        _ = LiveTensors.Count();

        var memory = PeakMemory.Start();
        _ = Step(model, [Row(tokens)], tokens);
        long rise = memory.Stop().Resident!.Value;

        output.WriteLine($"forward and backward of {tokens} packed tokens raise the process by {rise >> 20} MiB; a mask has {(long)tokens * tokens >> 20} MiB as booleans");
        Assert.InRange(rise, 0, (long)tokens * tokens / 2);
    }

    [Fact]
    public void Of_Rows_LengthsPositionsAndLongest()
    {
        RowSegments segments = RowSegments.Of([[2, 1], [1]], 4);
        Assert.Equal([2L, 1, 1, 1, 3], segments.Lengths);
        Assert.Equal([0L, 1, 0, 0, 0, 0, 0, 0], segments.Positions());
        Assert.Equal((8, 2), (segments.NumTokens, segments.Longest));
        _ = Assert.Throws<ArgumentException>(() => RowSegments.Of([[3, 2]], 4));
        _ = Assert.Throws<ArgumentException>(() => RowSegments.Of([[3, 0]], 4));
    }

    [Fact]
    public void Hidden_SegmentsOfAnotherBatch_Refused()
    {
        using Decoder model = NewModel(DecoderFamily.Qwen2);
        using var scope = NewDisposeScope();
        _ = Assert.Throws<ArgumentException>(() => model.Hidden(zeros([1, 5], ScalarType.Int64), RowSegments.Of([[2, 2]], 4)));
    }

    private static Decoder NewModel(DecoderFamily family, bool experts = true)
    {
        DecoderConfig config = family == DecoderFamily.DeepseekV3 ? ExpertBalanceTests.Sparse : SftLoopTests.Small with { Family = family };
        return Decoder.Create(experts ? config : config with { Experts = null }, 1, "packed", 0.2);
    }

    private static PackedSequence[] Rows(Decoder model)
    {
        int id = 0;
        return [.. Lengths.Select(row => new PackedSequence([.. row.Select(length => new TrainingSequence([.. Enumerable.Range(0, length).Select(_ => id++ * 7 % model.Config.VocabularySize)], 1, "row"))]))];
    }

    // An adapter begins as nothing at all.
    private static void Fill(FlatParameters parameters) => parameters.Overwrite(values => values.copy_(arange(values.numel(), dtype: ScalarType.Float32).mul(0.7).sin().mul(0.2)));

    private static double Step(Decoder model, PackedSequence[] rows, int tokens)
    {
        using var scope = NewDisposeScope();
        TrainingBatch batch = TrainingBatch.Of(rows, model.Config.VocabularySize);
        Tensor hidden = model.Hidden(batch.Ids, batch.Segments).view(-1, model.Config.HiddenSize).index_select(0, batch.LossRows);
        Tensor loss = CrossEntropyLoss.Compute(TokenLogprobs.Compute(hidden, model.OutputWeight, batch.Targets), tokens);
        model.Backward(loss);
        return Number.From(loss);
    }

    // Takes them out.
    private static float[] Gradients(Decoder model)
    {
        float[] gradients = model.Trained.Gradients!.data<float>().ToArray();
        model.Trained.ClearGradients();
        return gradients;
    }

    private static Tensor Flat(Decoder model, Tensor ids, TrainingBatch batch) => model.Hidden(ids, batch.Segments).view(-1, model.Config.HiddenSize);
}
