using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Rollouts;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>A decoder of any family on quantised projections is the decoder whose weights are the dequantised ones, in values, gradients, decoding and when written out.</summary>
public sealed class QuantizedDecoderTests
{
    public static TheoryData<string> Families => LoraAdapterTests.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public void Hidden_QuantizedProjections_SameFunctionAndAdapterGradientsAsTheDequantizedModel(string model)
    {
        using Decoder quantized = ModelFolder.LoadQuantized(SharedFixtures.Path("models", model)), plain = ModelFolder.Load(SharedFixtures.Path("models", model), trainable: false);
        using Decoder dequantized = Loops.LoraLoopTests.Merged(quantized);
        using var scope = NewDisposeScope();
        Tensor ids = arange(24, dtype: ScalarType.Int64).remainder(plain.Config.VocabularySize).unsqueeze(0);
        Assert.True(quantized.Project(quantized.Hidden(ids)).bytes.SequenceEqual(dequantized.Project(dequantized.Hidden(ids)).bytes));
        Assert.False(quantized.Hidden(ids).bytes.SequenceEqual(plain.Hidden(ids).bytes));
        Assert.True(quantized.Parameters[DecoderParameters.Embedding].bytes.SequenceEqual(plain.Parameters[DecoderParameters.Embedding].bytes));

        foreach (bool checkpointing in (bool[])[false, true])
        {
            byte[] Gradients(Decoder decoder)
            {
                using Decoder shared = decoder.Adapter is null ? decoder : throw new InvalidOperationException();
                decoder.Attach(NewAdapter(decoder.Config));
                decoder.ActivationCheckpointing = checkpointing;
                decoder.Backward(decoder.Hidden(ids).square().sum());
                return decoder.Trained.Gradients!.bytes.ToArray();
            }

            byte[] expected = Gradients(Loops.LoraLoopTests.Merged(quantized)), actual = Gradients(ModelFolder.LoadQuantized(SharedFixtures.Path("models", model)));
            Assert.True(actual.SequenceEqual(expected));
            Assert.Contains(actual, value => value != 0);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Generate_QuantizedWithAdapter_HasTheLogprobsOfAWholePassAndOfTheMergedModel(string model)
    {
        using Decoder decoder = ModelFolder.LoadQuantized(SharedFixtures.Path("models", model));
        decoder.Attach(NewAdapter(decoder.Config));
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor ids = arange(24, dtype: ScalarType.Int64).unsqueeze(0), logits = decoder.Project(decoder.Hidden(ids));
        int[] prompt = [.. Enumerable.Range(3, 7)];

        GeneratedSequence output = new GenerationEngine(decoder, eosId: -1, maxRows: 2)
            .Generate([new GenerationRequest(prompt, 2, 0)], new SamplingOptions { MaxNewTokens = 12 }, new DrawCoordinates(1, "test", 0, "lora"))[1];
        float[] whole = OutputLogprobs.Frozen(decoder, [new TrainingSample(prompt, output.OutputIds, output.Logprobs, null, 0)], 1, _ => { })[0];
        using Decoder merged = Loops.LoraLoopTests.Merged(decoder);

        for (int i = 0; i < whole.Length; i++) Assert.Equal(whole[i], output.Logprobs[i], 1e-4f);
        Assert.InRange(merged.Project(merged.Hidden(ids)).sub(logits).abs().max().ToDouble(), 0, 1e-4);
    }

    [Fact]
    public void Clone_Quantized_SharesTheWeightsAndIsTheBaseUnderANewAdapter()
    {
        using Decoder decoder = ModelFolder.LoadQuantized(SharedFixtures.Path("models", "qwen2-tied"));
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor ids = arange(9, dtype: ScalarType.Int64).unsqueeze(0);
        byte[] bare = decoder.Hidden(ids).bytes.ToArray();
        decoder.Attach(LoraAdapter.Create(decoder.Config, new LoraOptions { Rank = 2 }, 1, "rl"));

        using (Decoder reference = decoder.Clone())
        {
            _ = decoder.Trained.Values.fill_(0.3f);
            Assert.Same(decoder.Quantized, reference.Quantized);
            Assert.True(reference.Hidden(ids).bytes.SequenceEqual(bare));
        }

        Assert.False(decoder.Hidden(ids).bytes.SequenceEqual(bare));
        Assert.Throws<InvalidOperationException>(() => decoder.Copy(withGradients: true));
    }

    [Fact]
    public void LoadQuantized_ModulesOfOneProjection_AreQuantizedEachForItself()
    {
        string folder = SharedFixtures.Path("models", "qwen2-tied");
        using Decoder quantized = ModelFolder.LoadQuantized(folder), plain = ModelFolder.Load(folder, trainable: false);
        using var scope = NewDisposeScope();
        WeightSlice key = WeightMap.Slices(plain.Config, DecoderHead.Vocabulary).Single(slice => slice.ForeignName == "model.layers.1.self_attn.k_proj.weight");
        using Nf4Blocks alone = Nf4Blocks.Of(WeightMap.Slice(plain.Parameters.ValueOf(key.Parameter), key));
        Assert.True(WeightMap.Slice(quantized.Merged(key.Parameter), key).bytes.SequenceEqual(alone.Dequantize().bytes));
        long frozen = plain.Parameters.Count - quantized.Parameters.Count;
        Assert.InRange(8.0 * quantized.Quantized!.Bytes / frozen, 4.127, 4.3);                   // small modules: the scales of a module's last block, and its mean
        Assert.Equal(7L * plain.Config.NumLayers, WeightMap.Slices(plain.Config, DecoderHead.Vocabulary).Count(slice => !quantized.Parameters.Contains(slice.Parameter)));
    }

    private static LoraAdapter NewAdapter(DecoderConfig config)
    {
        LoraAdapter adapter = LoraAdapter.Create(config, new LoraOptions { Rank = 3, Alpha = 3 }, 1, "q");
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (var shape in adapter.Parameters.Shapes.Where(shape => shape.Name.EndsWith(".lora-b", StringComparison.Ordinal)))
            _ = adapter.Parameters.ValueOf(shape.Name).copy_(DecoderInitialization.Normal(shape, 0.05, 1, "q"));
        return adapter;
    }
}
