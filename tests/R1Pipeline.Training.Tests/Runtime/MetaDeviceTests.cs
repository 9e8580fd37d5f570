using R1Pipeline.Contracts.Options;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Batches;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Tests.Loops;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>
/// Batches, norms, projections, adapters, caches and the optimizer on libtorch's meta device, whose tensors have a device, a type and a shape and no values: a
/// tensor that the code makes on the CPU by mistake, or in another type than the model's, cannot meet them. So it is found on any machine what would fail on a GPU.
/// Some operations have no form there in the C++ library (index_select, roll, logsumexp), and experts read counts back to the host: those parts are left to the rule that
/// every tensor is made with its device (PlacedTensorsRule), and to the parity suite on a GPU.
/// </summary>
public sealed class MetaDeviceTests
{
    private static readonly DecoderConfig Config = SftLoopTests.Small;

    [Theory]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.Float32, true)]
    [InlineData(ScalarType.BFloat16, false)]
    [InlineData(ScalarType.BFloat16, true)]
    public void Step_OnMeta_EveryTensorIsThere(ScalarType type, bool withAdapter)
    {
        using var scope = NewDisposeScope();
        Placement meta = new(new Device(DeviceType.META), type);
        using FlatParameters parameters = NewParameters(meta, withGradients: !withAdapter);
        using LoraAdapter? adapter = withAdapter ? LoraAdapter.Create(Config, new LoraOptions { Dropout = 0.1 }, 1, "meta", placement: meta) : null;
        adapter?.Dropout!.Begin(1, [0, 1]);
        FlatParameters trained = adapter?.Parameters ?? parameters;
        var tensors = new DecoderTensors(parameters, null, adapter, null);
        TrainingBatch batch = TrainingBatch.Of([new TrainingSequence([3, 4, 5, 6], 1, "a"), new TrainingSequence([7, 8], 1, "b")], Config.VocabularySize, meta);
        Tensor x = zeros([2, 4, Config.HiddenSize], dtype: type, device: meta.Device, requires_grad: true);

        Tensor attended = tensors.Projection(DecoderParameters.QkvWeight(0), DecoderParameters.QkvBias(0)).Apply(RmsNormFunction.Normalize(x, tensors[DecoderParameters.AttentionNorm(0)], 1e-6));
        Tensor y = x.add(tensors.Projection(DecoderParameters.AttentionOutput(0)).Apply(attended.narrow(-1, 0, Config.HiddenSize)));
        y = y.add(new SwiGlu(tensors.Projection(DecoderParameters.GateUp(0)), tensors.Projection(DecoderParameters.Down(0))).Forward(y));
        Assert.Equal((DeviceType.META, type), (y.device_type, y.dtype));
        Tensor logits = TokenLogprobs.Logits(y.view(-1, Config.HiddenSize).narrow(0, 0, batch.Targets.size(0)), tensors[DecoderParameters.Embedding], temperature: 1);
        Assert.Equal((DeviceType.META, ScalarType.Float32), (logits.device_type, logits.dtype));
        BackwardFailure.Run(() => CrossEntropyLoss.Compute(logits.gather(1, batch.Targets.unsqueeze(1)), 4).backward());
        trained.CollectGradients();
        using var optimizer = new AdamW(trained, new SupervisedFineTuningOptions { WeightDecay = 0.1 });
        optimizer.Step(1e-3, gradientNorm: 10);

        Assert.Equal((DeviceType.META, type), (x.grad!.device_type, x.grad!.dtype));
        Assert.All([trained.Values, trained.Gradients!, optimizer.FirstMoment, optimizer.SecondMoment], buffer => Assert.Equal((DeviceType.META, ScalarType.Float32), (buffer.device_type, buffer.dtype)));
        Assert.Equal(DeviceType.META, tensors.Merged(DecoderParameters.QkvWeight(0)).device_type);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Cache_OnMeta_LiesWithTheModel(ScalarType type)
    {
        Placement meta = new(new Device(DeviceType.META), type);
        using var cache = new KeyValueCache(Config, rows: 3, maxTokens: 16, meta);
        using var table = new RotaryTable(new RotaryFrequencies(Config.HeadSize, Config.RopeTheta, Config.RopeScaling), meta);
        table.Reserve(4);
        cache.Move(2, 0, 2);

        Assert.All(cache.Keys.Concat(cache.Values), part => Assert.Equal((DeviceType.META, type), (part.device_type, part.dtype)));
        Assert.All([table.Cos!, table.Sin!], part => Assert.Equal((DeviceType.META, ScalarType.Float32), (part.device_type, part.dtype)));
    }

    [Fact]
    public void Step_TensorOfTheHostAmongThem_IsFound()
    {
        using var scope = NewDisposeScope();
        Placement meta = new(new Device(DeviceType.META), ScalarType.Float32);
        using FlatParameters parameters = NewParameters(meta, withGradients: true);
        Tensor x = zeros([2, Config.HiddenSize], device: meta.Device), ofTheHost = ones(Config.HiddenSize);

        Assert.ThrowsAny<Exception>(() => RmsNormFunction.Normalize(x, ofTheHost, 1e-6));
        Assert.ThrowsAny<Exception>(() => parameters.ValueOf(DecoderParameters.GateUp(0)).mul(ofTheHost));
    }

    private static FlatParameters NewParameters(Placement meta, bool withGradients) => new(DecoderParameters.Shapes(Config, DecoderHead.Vocabulary), withGradients, meta);
}
