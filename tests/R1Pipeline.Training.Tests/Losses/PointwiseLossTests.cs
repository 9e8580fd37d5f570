using R1Pipeline.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Losses;

/// <summary>The pointwise loss against its definition in double precision: value, gradient sigmoid(s) - y over the batch, and no overflow at either end.</summary>
public sealed class PointwiseLossTests
{
    private static readonly float[] Values = [-100f, -3.25f, -0.5f, 0f, 0.75f, 2f, 90f];

    [Theory]
    [InlineData(7)]
    [InlineData(20)]
    public void Compute_MatchesTheDefinition(int batch)
    {
        bool[] labels = [true, false, true, false, true, false, true];
        using var scope = NewDisposeScope();
        Tensor scores = tensor(Values).requires_grad_(true);

        Tensor loss = PointwiseLoss.Compute(scores, labels, batch);
        loss.backward();

        double expected = Values.Zip(labels, (score, safe) => Softplus(safe ? -score : score)).Sum() / batch;
        Assert.Equal(expected, loss.ToDouble(), 1e-5 * expected);
        float[] gradient = scores.grad!.data<float>().ToArray();
        for (int i = 0; i < Values.Length; i++) Assert.Equal(((1 / (1 + Math.Exp(-Values[i]))) - (labels[i] ? 1 : 0)) / batch, gradient[i], 1e-7);
        Assert.Equal(nn.functional.binary_cross_entropy_with_logits(scores, tensor(labels.Select(safe => safe ? 1f : 0f).ToArray()), reduction: nn.Reduction.Sum).ToDouble() / batch, loss.ToDouble(), 1e-5 * expected);
    }

    // log(1 + e^x): what -log sigmoid(-x) is.
    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
