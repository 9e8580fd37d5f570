using R1Pipeline.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace R1Pipeline.Training.Tests.Losses;

/// <summary>Chunked log-probabilities against libtorch's own log_softmax: values, gradients, entropy; any chunk size gives the same.</summary>
public sealed class TokenLogprobsTests
{
    [Theory]
    [InlineData(1L, 1.0)]
    [InlineData(57L, 0.7)]
    [InlineData(1L << 20, 1.0)]
    public void Compute_AnyChunk_EqualsLogSoftmaxInValueAndGradient(long chunkElements, double temperature)
    {
        using var scope = NewDisposeScope();
        (Tensor hidden, Tensor weight, Tensor targets, Tensor factors) = Inputs();
        Tensor expected = F.linear(hidden, weight).div(temperature).log_softmax(-1).gather(1, targets.unsqueeze(1)).squeeze(1);
        expected.mul(factors).sum().backward();
        Tensor hiddenGradient = hidden.grad!.clone(), weightGradient = weight.grad!.clone();
        hidden.grad!.zero_();
        weight.grad!.zero_();

        Tensor actual = TokenLogprobs.Compute(hidden, weight, targets, temperature, chunkElements);
        actual.mul(factors).sum().backward();

        Close(expected, actual);
        Close(hiddenGradient, hidden.grad!);
        Close(weightGradient, weight.grad!);
    }

    [Fact]
    public void Compute_TwoTemperaturesInOneGraph_EachKeepsItsOwn()
    {
        using var scope = NewDisposeScope();
        (Tensor hidden, Tensor weight, Tensor targets, _) = Inputs();
        Tensor a = TokenLogprobs.Compute(hidden, weight, targets, 1, 1 << 20), b = TokenLogprobs.Compute(hidden, weight, targets, 0.5, 57);
        a.sum().add(b.sum().mul(2)).backward();
        Tensor gradient = hidden.grad!.clone();
        hidden.grad!.zero_();
        Tensor logits = F.linear(hidden, weight);
        Tensor Chosen(Tensor scaled) => scaled.log_softmax(-1).gather(1, targets.unsqueeze(1)).sum();
        Chosen(logits).add(Chosen(logits.mul(2)).mul(2)).backward();
        Close(hidden.grad!, gradient);
    }

    [Fact]
    public void Compute_WithoutTape_SameValues()
    {
        using var scope = NewDisposeScope();
        (Tensor hidden, Tensor weight, Tensor targets, _) = Inputs();
        Tensor taped = TokenLogprobs.Compute(hidden, weight, targets);
        using var frozen = no_grad();
        Tensor free = TokenLogprobs.Compute(hidden, weight, targets);
        Assert.True(taped.detach().bytes.SequenceEqual(free.bytes));
        Assert.False(free.requires_grad);
    }

    private static (Tensor Hidden, Tensor Weight, Tensor Targets, Tensor Factors) Inputs()
    {
        using var generator = new Generator(5);
        return (randn([9, 6], generator: generator).requires_grad_(true), randn([19, 6], generator: generator).requires_grad_(true),
            tensor(new long[] { 0, 18, 3, 3, 7, 11, 2, 5, 16 }), randn([9], generator: generator));
    }

    private static void Close(Tensor expected, Tensor actual)
    {
        using var frozen = no_grad();
        Assert.InRange((expected - actual).abs().max().ToSingle(), 0, 5e-6f);
    }
}
