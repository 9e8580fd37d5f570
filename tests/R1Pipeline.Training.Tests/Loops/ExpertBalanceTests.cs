using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Batches;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>The balance of experts: its loss and gradient by the formula, its biases, and that loops use it and only where asked.</summary>
public sealed class ExpertBalanceTests
{
    private const int NumExperts = 6, NumChosen = 2;

    internal static readonly DecoderConfig Sparse = SftLoopTests.Small with
    {
        Family = DecoderFamily.DeepseekV3,
        NumKvHeads = 4,
        LatentAttention = new LatentAttentionShape(null, 16, 8, 8, Interleaved: true),
        Experts = new ExpertsShape(NumExperts, NumChosen, 3, 2, 1, 16, 1, Normalized: true, 1.5),
    };

    private static readonly SupervisedFineTuningOptions Options = new() { Epochs = 20, BatchSize = 4, LearningRate = 1e-3, WeightDecay = 0.1 };

    // Three sequences in two rows, padding at the end of the second.
    private static readonly PackedSequence[] Rows = [new([Sequence(5, 6, 7, 8), Sequence(9, 10, 11)]), new([Sequence(12, 13, 14, 15, 16)])];

    [Fact]
    public void Add_LossAndGradient_AreThoseOfTheFormula()
    {
        using Decoder model = Model();
        using var scope = NewDisposeScope();
        double loss = Loss(model, weight: 0.5, out double expected);
        Assert.Equal(expected, loss, 1e-6);

        Loss(model, weight: 0.5, out _, backward: true);
        string router = DecoderParameters.Router(1);
        float[] gradient = model.Parameters.GradientOf(router).data<float>().ToArray();
        const double step = 1e-2;
        foreach (int index in (int[])[0, 33, 100, 187])
        {
            double up = Moved(index, step), down = Moved(index, -step);
            Assert.Equal((up - down) / (2 * step), gradient[index], 2e-4);
        }

        Assert.Contains(gradient, value => Math.Abs(value) > 1e-3);

        double Moved(int index, double by)
        {
            using (no_grad()) model.Parameters.ValueOf(router).view(-1).narrow(0, index, 1).add_(by);
            double moved = Loss(model, weight: 0.5, out _);
            using (no_grad()) model.Parameters.ValueOf(router).view(-1).narrow(0, index, 1).sub_(by);
            return moved;
        }
    }

    [Fact]
    public void Hidden_Traced_KeepsScoresAndChoicesBesideWhatAnUntracedPassKeeps()
    {
        using Decoder model = Model();
        TrainingBatch batch = TrainingBatch.Of(Rows, model.Config.VocabularySize);

        (int untraced, int traced) = (Kept(null), Kept(new ExpertTrace()));

        Assert.Equal(untraced + 2 * (model.Config.NumLayers - model.Config.Experts!.DenseLayers), traced);

        int Kept(ExpertTrace? trace)
        {
            using var scope = NewDisposeScope();
            _ = model.Hidden(batch.Ids, batch.Segments, trace);
            return scope.DisposablesCount;
        }
    }

    [Fact]
    public void Update_BusyExperts_LoseBiasAndIdleOnesGainIt()
    {
        using Decoder model = Model();
        using var scope = NewDisposeScope();
        ExpertBalance balance = ExpertBalance.Of(model.Config, model.Parameters, Options with { ExpertBiasStep = 0.25 })!;
        var trace = new ExpertTrace();
        TrainingBatch batch = TrainingBatch.Of(Rows, model.Config.VocabularySize);
        model.Hidden(batch.Ids, batch.Segments, trace);
        balance.Add(zeros(1).sum(), trace, batch.SequenceOfToken(), 3);

        // By hand, over the 12 real tokens of 14.
        long[] chosen = trace.Layers.Single().Chosen.data<long>().ToArray()[..(12 * NumChosen)];
        long[] loads = [.. Enumerable.Range(0, NumExperts).Select(expert => chosen.LongCount(id => id == expert))];
        double excess = balance.Update();

        Assert.Equal(loads.Max() / loads.Average() - 1, excess, 1e-9);
        Assert.Equal(loads.Select(load => 0.25f * Math.Sign(loads.Average() - load)), model.Parameters["layers.1.router.bias"].data<float>().ToArray());
        Assert.Contains(loads, load => load != loads.Average());
    }

    [Fact]
    public void Run_WithBiasSteps_EvensTheExpertsOut()
    {
        using RecordingHost free = new(), balanced = new();
        SupervisedFineTuningOptions wholeSet = Options with { Epochs = 60, BatchSize = 12 };
        byte[] untouched = Train(wholeSet, null, free), moved = Train(wholeSet with { ExpertBiasStep = 0.01 }, null, balanced);
        Assert.DoesNotContain("expert-excess", free.Steps[0].Values.Keys);
        Assert.True(balanced.Steps.TakeLast(10).Average(step => step.Values["expert-excess"]) < 0.7 * balanced.Steps[0].Values["expert-excess"]);
        Assert.Equal(new byte[NumExperts * sizeof(float)], untouched[^(NumExperts * sizeof(float))..]);
        Assert.NotEqual(new byte[NumExperts * sizeof(float)], moved[^(NumExperts * sizeof(float))..]);
    }

    [Fact]
    public void Run_AnyMicroBatch_SameWeights()
    {
        using RecordingHost whole = new(), split = new();
        SupervisedFineTuningOptions both = Options with { Epochs = 1, ExpertBiasStep = 0.01, ExpertBalanceWeight = 0.1 };
        float[] expected = Floats(Train(both, null, whole)), actual = Floats(Train(both, 1, split));
        Assert.InRange(expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second)), 0, 2e-4);
    }

    [Fact]
    public void Run_GroupRelativeLoop_MovesTheBiasesAndResumesToTheBit()
    {
        GrpoOptions options = GrpoLoopTask.Options with { ExpertBiasStep = 0.01, ExpertBalanceWeight = 0.01 };
        DecoderConfig config = Sparse with { VocabularySize = 12, ContextTokens = 32 };
        using Decoder whole = Decoder.Create(config, 3, "test", 0.2), resumed = Decoder.Create(config, 3, "test", 0.2);
        using GrpoLoopHost first = new(5), second = new();
        GrpoLoopTask.NewLoop(whole, options, first).Run(null);
        GrpoLoopTask.NewLoop(resumed, options, second).Run(first.CheckpointAt(5));

        Assert.All(first.Steps, step => Assert.True(step.Values["expert-excess"] >= 0));
        Assert.NotEqual(0, whole.Parameters["layers.1.router.bias"].abs().max().ToSingle());
        Assert.True(whole.Parameters.Values.bytes.SequenceEqual(resumed.Parameters.Values.bytes));
    }

    [Fact]
    public void Of_ModelWithoutExperts_SaysSo()
    {
        using Decoder dense = Decoder.Create(SftLoopTests.Small, 1, "base", 0.1);
        Assert.Null(ExpertBalance.Of(dense.Config, dense.Parameters, Options));
        var failure = Assert.Throws<StageFailedException>(() => ExpertBalance.Of(dense.Config, dense.Parameters, Options with { ExpertBiasStep = 0.001 }));
        Assert.Contains("expert-bias-step", failure.Message, StringComparison.Ordinal);
    }

    private static Decoder Model() => Decoder.Create(Sparse, 3, "base", 0.3);

    private static TrainingSequence Sequence(params int[] ids) => new(ids, 1, "row");

    // The balance loss of Rows, and the same by eq. 17 to 20 in plain loops.
    private static double Loss(Decoder model, double weight, out double expected, bool backward = false)
    {
        ExpertBalance balance = ExpertBalance.Of(model.Config, model.Parameters, Options with { ExpertBalanceWeight = weight })!;
        var trace = new ExpertTrace();
        TrainingBatch batch = TrainingBatch.Of(Rows, model.Config.VocabularySize);
        model.Hidden(batch.Ids, batch.Segments, trace);
        Tensor loss = balance.Add(zeros(1).sum(), trace, batch.SequenceOfToken(), 3);
        if (backward) loss.backward();

        float[] scores = trace.Layers.Single().Scores.detach().data<float>().ToArray();
        expected = 0;
        foreach (int[] tokens in (int[][])[[0, 1, 2, 3], [4, 5, 6], [7, 8, 9, 10, 11]])
        {
            double[] frequency = new double[NumExperts], share = new double[NumExperts];
            foreach (int token in tokens)
            {
                float[] own = scores[(token * NumExperts)..((token + 1) * NumExperts)];
                foreach (int best in Enumerable.Range(0, NumExperts).OrderByDescending(expert => own[expert]).Take(NumChosen)) frequency[best] += (double)NumExperts / NumChosen / tokens.Length;
                for (int expert = 0; expert < NumExperts; expert++) share[expert] += own[expert] / own.Sum() / tokens.Length;
            }

            expected += weight / 3 * frequency.Zip(share).Sum(pair => pair.First * pair.Second);
        }

        return loss.ToDouble();
    }

    private static byte[] Train(SupervisedFineTuningOptions options, int? microBatch, RecordingHost host)
    {
        using Decoder model = Model();
        TrainingSequence[] rows = [.. Enumerable.Range(0, 12).Select(row => Sequence([.. Enumerable.Range(0, 6 + row).Select(t => 2 + (row * 5 + t) % 38)]))];
        new SftLoop(model, rows, options, microBatch, seed: 7, "sft", host).Run(null);
        return model.Parameters.Values.bytes.ToArray();
    }

    private static float[] Floats(byte[] bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();
}
