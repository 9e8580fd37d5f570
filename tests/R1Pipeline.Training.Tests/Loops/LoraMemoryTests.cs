using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Tests.Weights;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>
/// What training an adapter of a model of Qwen2.5-0.5B's shape needs: the model once, also as the reference of RL, and neither gradients nor moments of it.
/// Runs only when asked for, and tells the truth only alone in a process:
/// <c>R1_LONG_TESTS=1 dotnet run -c Release --project tests/R1Pipeline.Training.Tests -- -class R1Pipeline.Training.Tests.Loops.LoraMemoryTests</c>.
/// </summary>
[Collection(TensorCountCollection.Name)]
public sealed class LoraMemoryTests(ITestOutputHelper output)
{
    [Fact]
    public void Train_HalfABillionParameters_NeedsTheModelOnce()
    {
        if (Environment.GetEnvironmentVariable(LoadMemoryTests.Variable) != "1") Assert.Skip($"needs gigabytes: {LoadMemoryTests.Variable}=1 runs it");
        using var folder = new TemporaryFolder();
        LoadMemoryTests.WriteModel(folder.Path, WeightType.Float32, long.MaxValue);

        var memory = PeakMemory.Start();
        using Decoder model = ModelFolder.Load(folder.Path, trainable: false);
        model.Attach(LoraAdapter.Create(model.Config, new LoraOptions(), 1, "memory"));
        using var sftHost = new RecordingHost();
        var sft = new SupervisedFineTuningOptions { BatchSize = 8 };
        Assert.Equal(1, new SftLoop(model, SftLoopTests.Rows()[..8], sft, 2, 1, "memory", sftHost).Run(null).Steps);
        long? afterSft = memory.Stop().Resident;

        using var grpoHost = new GrpoLoopHost();
        Assert.Equal(1, GrpoLoopTask.NewLoop(model, GrpoLoopTask.Options with { Iterations = 1, Minibatches = 1 }, grpoHost, microBatch: 2).Run(null).Steps);
        long? afterGrpo = memory.Stop().Resident;

        long parameters = model.Parameters.Count * sizeof(float);
        output.WriteLine($"{parameters >> 20} MiB of parameters, {model.Trained.Count} in the adapter; the resident set rose by {afterSft >> 20} MiB for an SFT step, by {afterGrpo >> 20} MiB with a GRPO step after it");
        Assert.True(grpoHost.Steps[0].Values.ContainsKey("kl"), "the step has a reference");
        if (afterGrpo is { } rise) Assert.InRange(rise, parameters, (long)(1.5 * parameters));
    }
}
