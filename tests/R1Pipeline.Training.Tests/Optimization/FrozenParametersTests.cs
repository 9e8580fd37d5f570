using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Tests.Loops;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Optimization;

/// <summary>What is never trained has no fp32 masters in bf16: only the weights that are computed with, and the buffers, which stay fp32.</summary>
[Collection(TensorCountCollection.Name)]
public sealed class FrozenParametersTests
{
    private static readonly Placement Narrow = new(CPU, ScalarType.BFloat16);

    public static TheoryData<DecoderFamily> Families => [DecoderFamily.Qwen2, DecoderFamily.DeepseekV3];

    [Theory]
    [MemberData(nameof(Families))]
    public void Reference_Bf16_HoldsTwoBytesAParameterAndComputesTheSame(DecoderFamily family)
    {
        using Decoder policy = Decoder.Create(ConfigOf(family), 1, "rl", 0.1, Narrow), reference = policy.Clone();
        Assert.False(reference.Parameters.HasMasters);
        Assert.Equal(2 * policy.Parameters.TrainedCount + 4 * (policy.Parameters.Count - policy.Parameters.TrainedCount), BytesOf(reference.Parameters));
        Assert.Equal(6 * policy.Parameters.TrainedCount + 4 * (policy.Parameters.Count - policy.Parameters.TrainedCount), BytesOf(policy.Parameters, trained: true));
        Assert.Equal(HiddenOf(policy), HiddenOf(reference));

        using Decoder again = Decoder.Create(ConfigOf(family), 2, "rl", 0.1, Narrow), restored = again.Clone();
        using (NewDisposeScope())
        {
            Tensor saved = reference.Parameters.Wide();
            Assert.Equal((ScalarType.Float32, policy.Parameters.Count), (saved.dtype, saved.numel()));
            restored.Parameters.Overwrite(values => values.copy_(saved));
        }

        Assert.Equal(HiddenOf(reference), HiddenOf(restored));
    }

    [Fact]
    public void AdapterReference_Bf16_HoldsTwoBytesAParameter()
    {
        using Decoder policy = LoraLoopTests.WithAdapter(Decoder.Create(SftLoopTests.Small, 1, "rl", 0.1, Narrow), new LoraOptions(), "rl"), reference = policy.Clone();
        Assert.Equal(2 * policy.Trained.Count, BytesOf(reference.Trained));
        Assert.Equal(HiddenOf(policy), HiddenOf(reference));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Load_Bf16_HoldsTwoBytesAParameterAndIsWrittenAsItWasRead(DecoderFamily family)
    {
        using Decoder model = Decoder.Create(ConfigOf(family), 1, "sft", 0.1);
        using TemporaryFolder folder = new(), written = new(), merged = new(), expected = new();
        ModelFolder.Save(model, folder.Path);
        using Decoder frozen = ModelFolder.Load(folder.Path, trainable: false, Narrow), wide = ModelFolder.Load(folder.Path, trainable: false);
        Assert.False(frozen.Parameters.HasMasters);
        Assert.Equal(2 * model.Parameters.TrainedCount + 4 * (model.Parameters.Count - model.Parameters.TrainedCount), BytesOf(frozen.Parameters));

        ModelFolder.Save(frozen, written.Path);
        Assert.Equal(File.ReadAllBytes(folder["model.safetensors"]), File.ReadAllBytes(written["model.safetensors"]));

        // An adapter is merged into what was read, too, not into what it was rounded to.
        AttachTo(frozen);
        AttachTo(wide);
        ModelFolder.Save(frozen, merged.Path);
        ModelFolder.Save(wide, expected.Path);
        Assert.NotEqual(File.ReadAllBytes(folder["model.safetensors"]), File.ReadAllBytes(merged["model.safetensors"]));
        Assert.Equal(File.ReadAllBytes(expected["model.safetensors"]), File.ReadAllBytes(merged["model.safetensors"]));
    }

    [Fact]
    public void RewardModel_Bf16_LoadsWithTwoBytesAParameter()
    {
        using Decoder body = Decoder.Create(SftLoopTests.Small, 1, "rm", 0.1);
        using RewardModel model = RewardModel.From(body, 1, "rm");
        using TemporaryFolder folder = new();
        model.Save(folder.Path);
        using RewardModel judge = RewardModel.Load(folder.Path, placement: Narrow);
        Assert.Equal(2 * model.Parameters.Count, BytesOf(judge.Parameters));
    }

    // Its values are whole in bf16.
    private static void AttachTo(Decoder decoder)
    {
        var adapter = LoraAdapter.Create(decoder.Config, new LoraOptions(), 1, "sft", placement: decoder.Placement);
        adapter.Parameters.Overwrite(values => values.copy_(arange(values.numel()).remainder(7).sub(3).div(64)));
        decoder.Attach(adapter);
    }

    private static DecoderConfig ConfigOf(DecoderFamily family) => family == DecoderFamily.DeepseekV3 ? ExpertBalanceTests.Sparse : SftLoopTests.Small;

    // Distinct storages: the flat values and what the leaves are views of.
    private static long BytesOf(FlatParameters parameters, bool trained = false)
    {
        long leaves = parameters.Shapes.Where(shape => !shape.IsBuffer || !trained).Sum(shape => parameters[shape.Name].numel() * parameters[shape.Name].element_size());
        return trained ? leaves + parameters.Values.numel() * parameters.Values.element_size() : Math.Max(leaves, parameters.Values.numel() * parameters.Values.element_size());
    }

    private static byte[] HiddenOf(Decoder decoder)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        return decoder.Hidden(tensor(new long[] { 3, 4, 5, 6, 7 }, [1, 5])).contiguous().bytes.ToArray();
    }
}
