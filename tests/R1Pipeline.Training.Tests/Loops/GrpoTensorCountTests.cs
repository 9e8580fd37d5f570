using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Tests.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>Nothing of an RL step outlives it.</summary>
[Collection(TensorCountCollection.Name)]
public sealed class GrpoTensorCountTests
{
    [Fact]
    public void Run_TwoHundredSteps_LiveTensorsStayFlat()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        var counts = new List<long>();
        _ = LiveTensors.Count();
        using var host = new GrpoLoopHost { OnStep = _ => counts.Add(Tensor.TotalCount) };
        GrpoLoopTask.NewLoop(policy, GrpoLoopTask.Options with { Iterations = 67 }, host).Run(null);
        Assert.Equal(201, counts.Count);
        Assert.InRange(counts.Max(), 1, counts[0]);
    }

    [Fact]
    public void Generate_Again_LeavesNoTensorBehind()
    {
        using Decoder policy = GrpoLoopTask.NewPolicy();
        var engine = new GenerationEngine(policy, GrpoLoopTask.Eos, 3);
        void Generate() => engine.Generate([new GenerationRequest([3, 4], 5, 0), new GenerationRequest([7], 2, 1)], new SamplingOptions { MaxNewTokens = 9 }, new DrawCoordinates(1, "rl", 1, "rollouts"));
        Generate();
        long before = LiveTensors.Count();
        Generate();
        Assert.Equal(before, LiveTensors.Count());
    }

    [Fact]
    public void Compute_Loss_LeavesNothingButTheLossAlive()
    {
        using var scope = NewDisposeScope();
        Tensor Four(float first) => tensor(new[] { first, -1, -2, -3 });
        var tokens = new GrpoTokens(Four(-1).requires_grad_(true), Four(-1.1f), Four(-0.9f), Four(0.5f), Four(0.25f));
        var loss = new GrpoLoss(GrpoLoopTask.Options);
        loss.Compute(tokens).Loss.Dispose();
        long before = LiveTensors.Count();
        loss.Compute(tokens).Loss.Dispose();
        Assert.Equal(before, LiveTensors.Count());
    }
}
