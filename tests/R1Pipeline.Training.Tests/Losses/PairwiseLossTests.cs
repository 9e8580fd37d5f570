using System.Text.Json;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Losses;

/// <summary>The pairwise loss and its gradients against the shared preference fixture, large magnitudes included.</summary>
public sealed class PairwiseLossTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Compute_Fixture_MatchesLossAndGradients(int index, bool withMargin)
    {
        using JsonDocument losses = JsonDocument.Parse(File.ReadAllText(SharedFixtures.Path("preference", "losses.json")));
        using var file = new SafetensorsReader(SharedFixtures.Path("preference", $"loss_{index}.safetensors"));
        using var scope = NewDisposeScope();
        Tensor chosen = file.Read("chosen").requires_grad_(true), rejected = file.Read("rejected").requires_grad_(true);
        string suffix = withMargin ? "_with_margin" : "";

        Tensor loss = PairwiseLoss.Compute(chosen, rejected, chosen.numel(), withMargin ? file.Read("margin") : null);
        loss.backward();

        ExpectedNumbers.Relative("loss", losses.RootElement[index].GetProperty("bradley_terry_loss" + suffix).GetDouble(), loss.ToDouble(), 1e-5);
        Assert.InRange(file.Read("grad_chosen" + suffix).sub(chosen.grad!).abs().max().ToDouble(), 0, 1e-6);
        Assert.InRange(file.Read("grad_rejected" + suffix).sub(rejected.grad!).abs().max().ToDouble(), 0, 1e-6);
    }
}
