using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Losses;
using TorchSharp;

namespace R1Pipeline.Training.Tests.Losses;

public sealed class GrpoLossTests
{
    private static readonly int[] RowTokens = [3, 1, 5, 2];

    private static readonly ReasoningRlOptions Options = new() { KlWeight = 0.05, MaxNewTokens = 8 };

    [Theory]
    [InlineData(LossAggregation.SequenceMean)]
    [InlineData(LossAggregation.TokenMean)]
    [InlineData(LossAggregation.Constant)]
    public void Compute_SplitMicroBatches_SameLossGradientAndFiguresAsOneBatch(LossAggregation aggregation)
    {
        using var scope = torch.NewDisposeScope();
        ReasoningRlOptions options = Options with { Aggregation = aggregation };
        (float[] whole, GrpoFigures wholeFigures) = Gradient(options, [0, 1, 2, 3]);
        (float[] first, GrpoFigures firstFigures) = Gradient(options, [0, 1]);
        (float[] second, GrpoFigures secondFigures) = Gradient(options, [2, 3]);

        float[] joined = [.. first, .. second];
        Assert.Equal(whole.Length, joined.Length);
        for (int i = 0; i < whole.Length; i++) Assert.Equal(whole[i], joined[i], 1e-7);
        GrpoFigures sum = firstFigures.Plus(secondFigures);
        Assert.Equal(wholeFigures.Loss, sum.Loss, 1e-6);
        Assert.Equal(wholeFigures.MeanKl!.Value, sum.MeanKl!.Value, 1e-6);
        Assert.Equal(wholeFigures.MeanRatio, sum.MeanRatio, 1e-6);
        Assert.Equal(wholeFigures.ClipFractionLow, sum.ClipFractionLow);
        Assert.Equal(wholeFigures.ClipFractionHigh, sum.ClipFractionHigh);
        Assert.Equal(11, sum.NumTokens);
    }

    [Fact]
    public void Compute_OldPolicyIsPolicy_GradientIsThatOfEquation20()
    {
        // DeepSeekMath eq. 20: [A + β (π_ref/π - 1)] ∇ log π, weighted 1/(n_i R), negative because a loss falls.
        using var scope = torch.NewDisposeScope();
        torch.Tensor policy = torch.tensor(new[] { -1.0f, -2.0f, -0.5f }).requires_grad_(true);
        float[] reference = [-1.2f, -1.5f, -0.5f], advantages = [0.7f, 0.7f, -1.3f], weights = [0.25f, 0.25f, 0.5f];
        var tokens = new GrpoTokens(policy, policy.detach(), torch.tensor(reference), torch.tensor(advantages), torch.tensor(weights));
        new GrpoLoss(Options).Compute(tokens).Loss.backward();

        float[] old = [-1.0f, -2.0f, -0.5f], gradient = policy.grad!.data<float>().ToArray();
        for (int i = 0; i < 3; i++)
        {
            double expected = -weights[i] * (advantages[i] + (Options.KlWeight * (Math.Exp(reference[i] - old[i]) - 1)));
            Assert.Equal(expected, gradient[i], 1e-6);
        }
    }

    [Fact]
    public void Compute_WithoutReference_HasNoKlTermAndNoKlFigure()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor policy = torch.tensor(new[] { -1.0f }).requires_grad_(true);
        GrpoFigures figures = new GrpoLoss(Options).Compute(new GrpoTokens(policy, torch.tensor(new[] { -1.0f }), null, torch.tensor(new[] { 2f }), torch.tensor(new[] { 1f }))).Figures;
        Assert.Equal(-2, figures.Loss, 1e-6);
        Assert.Null(figures.MeanKl);
    }

    private static (float[] Gradient, GrpoFigures Figures) Gradient(GrpoOptions options, int[] rows)
    {
        GrpoTokens tokens = Tokens(options, rows);
        (torch.Tensor loss, GrpoFigures figures) = new GrpoLoss(options).Compute(tokens);
        loss.backward();
        return (tokens.PolicyLogprobs_N.grad!.data<float>().ToArray(), figures);
    }

    private static GrpoTokens Tokens(GrpoOptions options, int[] rows)
    {
        float[] weights = TokenWeights.OfRows(options.Aggregation, RowTokens, options.MaxNewTokens);
        int[] places = [.. rows.SelectMany(row => Enumerable.Range(0, RowTokens[row]).Select(t => (row * 8) + t))];
        torch.Tensor Flat(Func<int, double> value) => torch.tensor(places.Select(p => (float)value(p)).ToArray());
        return new GrpoTokens(
            Flat(p => -1.5 + Math.Sin(p)).requires_grad_(true),
            Flat(p => -1.5 + (0.8 * Math.Sin(p + 0.3))),
            Flat(p => -1.5 + (0.9 * Math.Sin(p - 0.2))),
            Flat(p => (p / 8) - 1.4),
            Flat(p => weights[p / 8]));
    }
}
