using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>
/// What fails inside a node of ours is thrown by the backward pass that it failed in. Each of these would end the process if it left the node: what was saved for
/// backward is changed afterwards, so that libtorch refuses to give it back, as it refuses memory.
/// </summary>
public sealed class BackwardFailureTests
{
    [Fact]
    public void Run_NormFails_IsThrownOnceAndReachesNothingBelow()
    {
        using var scope = NewDisposeScope();
        Tensor leaf = ones(3, 4).requires_grad_(), w = ones(4).requires_grad_(), x = leaf.mul(2);
        Tensor loss = RmsNormFunction.Normalize(x, w, 1e-6).sum();
        Spoil(x);

        Exception failure = Assert.ThrowsAny<Exception>(() => BackwardFailure.Run(() => loss.backward()));

        Assert.Contains("modified by an inplace operation", failure.Message, StringComparison.Ordinal);
        Assert.True(w.grad is null || w.grad.abs().max().ToDouble() == 0);
        BackwardFailure.OfThisThread.Throw();
        BackwardFailure.Run(() => leaf.sum().backward());
    }

    [Fact]
    public void Run_LogprobsFail_IsThrownOnce()
    {
        using var scope = NewDisposeScope();
        Tensor hidden = ones(2, 3).requires_grad_(), weight = ones(5, 3).requires_grad_(), targets = tensor(new long[] { 1, 4 });
        Tensor loss = TokenLogprobs.Compute(hidden, weight, targets).sum();
        _ = targets.add_(100);

        Assert.ThrowsAny<Exception>(() => BackwardFailure.Run(() => loss.backward()));
        BackwardFailure.OfThisThread.Throw();
    }

    [Fact]
    public void Run_QuantizedProjectionFails_IsThrownOnce()
    {
        using var scope = NewDisposeScope();
        var weight = new Nf4Weight(new Nf4Workspace());
        weight.Add(0, ones(3, 64));
        Tensor x = ones(2, 64).requires_grad_(), loss = Nf4LinearFunction.Apply(x, weight, null).sum();
        weight.Dispose();

        Assert.ThrowsAny<Exception>(() => BackwardFailure.Run(() => loss.backward()));
        BackwardFailure.OfThisThread.Throw();
    }

    private static void Spoil(Tensor saved)
    {
        using IDisposable frozen = no_grad();
        _ = saved.add_(1);
    }
}
