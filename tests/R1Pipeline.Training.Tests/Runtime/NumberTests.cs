using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Rollouts;
using R1Pipeline.Training.Tests.Loops;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>
/// Another thread that sets off garbage collections, as the heartbeat and a checkpoint do, never reaches into an operation: with bare numbers as operands,
/// one in some hundred collections freed the number under it.
/// </summary>
public sealed class NumberTests
{
    private const int Steps = 150;

    [Fact]
    public void Training_WhileAnotherThreadCollects_GivesTheSameBits()
    {
        byte[] quiet = Train();
        bool over = false;
        var garbage = new Thread(() =>
        {
            while (!Volatile.Read(ref over)) GC.KeepAlive(new byte[2000]);
        });
        garbage.Start();
        try
        {
            int before = GC.CollectionCount(0);
            byte[] disturbed = Train();
            Assert.True(GC.CollectionCount(0) - before > Steps, "the other thread set off too few collections to prove anything");
            Assert.Equal(quiet, disturbed);
        }
        finally
        {
            Volatile.Write(ref over, true);
            garbage.Join();
        }
    }

    private static byte[] Train()
    {
        using Decoder model = GrpoLoopTask.NewPolicy();
        using var optimizer = new AdamW(model.Parameters, new PretrainingOptions());
        TrainingSample[] rows = [new([2, 3, 4], [5, 6, 1], [-1f, -1f, -1f], null, 1f), new([2], [5, 1], [-1f, -1f], null, -1f)];
        for (int step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            CrossEntropyLoss.Compute(OutputLogprobs.Of(model, rows), 5).backward();
            optimizer.Step(1e-3, optimizer.GradientNorm());
        }
        return model.Parameters.Values.bytes.ToArray();
    }
}
