using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Tests.Loops;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>
/// Parts that leave for the host and come back. Here both places are the host's, and the move between them is a real one: new memory, the old freed. That tensors end
/// up on another device is seen on the meta device, which has no values.
/// </summary>
[Collection(TensorCountCollection.Name)]
public sealed class OffloadTests
{
    private static readonly Placement Narrow = new(CPU, ScalarType.BFloat16);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void MoveTo_HostAndBack_SameFunctionInNewMemoryAndNothingIsLeftBehind(bool narrow, bool withAdapter)
    {
        Placement home = narrow ? Narrow : Placement.Host;
        using Decoder policy = GrpoLoopTask.NewPolicy(home), frozen = policy.Copy(withGradients: false);
        if (withAdapter) frozen.Attach(NewAdapter(frozen, home));
        using Decoder reference = frozen.Clone();
        float[] values = Numbers(reference.Trained.Values), hidden = HiddenOf(reference);
        long before = LiveTensors.Count();

        reference.MoveTo(Placement.Host);
        Assert.Equal(before, LiveTensors.Count());
        Assert.Equal(Placement.Host, reference.Trained.Placement);
        Assert.Equal(values, Numbers(reference.Trained.Values));
        reference.MoveTo(home);

        Assert.Equal(before, LiveTensors.Count());
        Assert.Equal(values, Numbers(reference.Trained.Values));
        Assert.Equal(hidden, HiddenOf(reference));
        Assert.Equal(home, reference.Trained.Placement);
    }

    [Fact]
    public void MoveTo_Leaves_AreViewsOfTheNewStorage()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy(), reference = policy.Clone();
        Tensor old = reference.Parameters.Values;
        float[] hidden = HiddenOf(reference);
        reference.MoveTo(Placement.Host);
        Assert.True(old.IsInvalid);
        Assert.False(reference.Parameters.Values.IsInvalid);

        using (no_grad()) reference.Parameters.Values.zero_().Dispose();
        Assert.All(reference.Parameters.Shapes, shape => Assert.All(Numbers(reference.Parameters[shape.Name]), value => Assert.Equal(0, value)));
        reference.Parameters.CopyValuesFrom(policy.Parameters);
        Assert.Equal(hidden, HiddenOf(reference));
    }

    [Fact]
    public void MoveTo_AnotherDevice_EveryTensorGoes()
    {
        Placement meta = new(new Device(DeviceType.META), ScalarType.BFloat16);
        using Decoder policy = GrpoLoopTask.NewPolicy(), reference = policy.Clone();
        using var optimizer = new AdamW(policy.Trained, GrpoLoopTask.Options);
        reference.MoveTo(meta);
        optimizer.MoveTo(meta);

        Assert.All(reference.Parameters.Shapes.Where(shape => !shape.IsBuffer), shape => Assert.Equal((DeviceType.META, ScalarType.BFloat16), (reference.Parameters[shape.Name].device_type, reference.Parameters[shape.Name].dtype)));
        Assert.Equal((DeviceType.META, ScalarType.BFloat16), (reference.Parameters.Values.device_type, reference.Parameters.Values.dtype));
        Assert.All([optimizer.FirstMoment, optimizer.SecondMoment], tensor => Assert.Equal((DeviceType.META, ScalarType.Float32), (tensor.device_type, tensor.dtype)));
        Assert.Equal((meta, meta), (reference.Placement, optimizer.Placement));
    }

    [Fact]
    public void MoveTo_TrainedParameters_AreRefused()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        Assert.Contains("trained", Assert.Throws<InvalidOperationException>(() => policy.MoveTo(Placement.Host)).Message);
        Assert.NotEmpty(HiddenOf(policy));
    }

    [Fact]
    public void During_PhaseThatFails_PartIsOnTheHostAgain()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy(Narrow), reference = policy.Clone();
        var part = new OffloadedPart(reference, leaves: true);
        Tensor away = reference.Parameters.Values;
        Tensor home = part.During(() => reference.Parameters.Values);
        Assert.True(away.IsInvalid && home.IsInvalid);
        away = reference.Parameters.Values;
        Assert.Throws<TimeoutException>(() => part.During<int>(() => throw new TimeoutException()));
        Assert.True(away.IsInvalid);
        Assert.Equal((DeviceType.CPU, ScalarType.BFloat16), (reference.Parameters.Values.device_type, reference.Parameters.Values.dtype));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Run_WithOffload_SameWeightsFiguresAndCheckpointsAndTensorsStayFlat(bool narrow, bool withAdapter)
    {
        Placement home = narrow ? Narrow : Placement.Host;
        GrpoOptions options = GrpoLoopTask.Options, offloaded = options with { Offload = [OffloadedParts.Reference, OffloadedParts.Optimizer] };
        using GrpoLoopHost plainHost = new(7), resumedHost = new();
        var live = new List<long>();
        using Decoder plain = NewPolicy(home, withAdapter), moved = NewPolicy(home, withAdapter), resumed = NewPolicy(home, withAdapter);
        GrpoLoopTask.NewLoop(plain, options, plainHost).Run(null);
        _ = LiveTensors.Count();
        using var counting = new GrpoLoopHost(7) { OnStep = _ => live.Add(Tensor.TotalCount) };
        GrpoLoopTask.NewLoop(moved, offloaded, counting).Run(null);

        Assert.Equal(Numbers(plain.Trained.Values), Numbers(moved.Trained.Values));
        Assert.Equal(plainHost.Steps.Select(Line), counting.Steps.Select(Line));
        Assert.Equal(Files(plainHost.CheckpointAt(7)), Files(counting.CheckpointAt(7)));
        Assert.InRange(live.Skip(6).Max(), 0, live.Take(6).Max());

        // A checkpoint of one is continued by the other.
        GrpoLoopTask.NewLoop(resumed, offloaded, resumedHost).Run(plainHost.CheckpointAt(7));
        Assert.Equal(Numbers(plain.Trained.Values), Numbers(resumed.Trained.Values));
    }

    private static Decoder NewPolicy(Placement home, bool withAdapter)
    {
        Decoder policy = GrpoLoopTask.NewPolicy(home);
        if (!withAdapter) return policy;
        using (policy)
        {
            Decoder frozen = policy.Copy(withGradients: false);
            frozen.Attach(LoraAdapter.Create(frozen.Config, new LoraOptions(), 5, "rl", placement: home));
            return frozen;
        }
    }

    // B of a new adapter is zero: filled, so that it takes part.
    private static LoraAdapter NewAdapter(Decoder decoder, Placement home)
    {
        LoraAdapter adapter = LoraAdapter.Create(decoder.Config, new LoraOptions(), 5, "rl", placement: home);
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (ParameterShape shape in adapter.Parameters.Shapes) _ = adapter.Parameters.ValueOf(shape.Name).add_(0.1);
        adapter.Parameters.Publish();
        return adapter;
    }

    private static float[] HiddenOf(Decoder decoder)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        return Numbers(decoder.Hidden(tensor(new long[] { 3, 4, 5, 6, 7 }, [1, 5])));
    }

    private static float[] Numbers(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, float>(tensor.detach().to(ScalarType.Float32).contiguous().bytes).ToArray();
    }

    private static string Line(StepMetrics step) => $"{step.Step} " + string.Join(" ", step.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value:R}"));

    private static IEnumerable<string> Files(string directory) =>
        Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => $"{Path.GetFileName(path)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}");
}
