using System.Text.Json;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Tests.Runtime;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Optimization;

/// <summary>The flat AdamW against torch.optim.AdamW, step by step, with and without clipping.</summary>
public sealed class AdamWFixtureTests
{
    private static readonly string[] Names = ["b", "w1", "w2"];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Step_FixtureGradients_MatchesEveryStep(int index)
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(SharedFixtures.Path("optim", "adamw.json")));
        JsonElement options = cases.RootElement[index];
        using var file = new SafetensorsReader(SharedFixtures.Path("optim", options.GetProperty("file").GetString()!));
        using var scope = NewDisposeScope();
        using var parameters = new FlatParameters([.. Names.Select(name => new ParameterShape(name, [.. file.Entries["param.0." + name].Shape]))], withGradients: true);
        foreach (string name in Names) file.ReadInto("param.0." + name, parameters.ValueOf(name));
        double clip = options.GetProperty("max_grad_norm") is { ValueKind: JsonValueKind.Number } max ? max.GetDouble() : double.PositiveInfinity;
        using var adam = new AdamW(parameters, options.GetProperty("betas")[0].GetDouble(), options.GetProperty("betas")[1].GetDouble(),
            options.GetProperty("eps").GetDouble(), options.GetProperty("weight_decay").GetDouble(), clip);

        for (int step = 1; step <= options.GetProperty("steps").GetInt32(); step++)
        {
            foreach (string name in Names) file.ReadInto($"grad.{step}.{name}", parameters.GradientOf(name));
            double norm = adam.GradientNorm();
            ExpectedNumbers.Relative("value", options.GetProperty("grad_norm_before_clip")[step - 1].GetDouble(), norm, 1e-5);
            adam.Step(options.GetProperty("lr").GetDouble(), norm);
            foreach (string name in Names) Assert.InRange(Difference(file.Read($"param.{step}.{name}"), parameters.ValueOf(name)), 0, 2e-5);
        }

        Assert.Equal(0, parameters.Gradients!.abs().max().ToDouble());
        Tensor first = cat([.. Names.Select(name => file.Read("exp_avg.12." + name).view(-1))]), second = cat([.. Names.Select(name => file.Read("exp_avg_sq.12." + name).view(-1))]);
        Assert.InRange(Difference(first, adam.FirstMoment), 0, 2e-5);
        Assert.InRange(Difference(second.sqrt(), adam.SecondMoment.sqrt()), 0, 2e-5 * (1 + second.sqrt().max().ToDouble()));
    }

    [Fact]
    public void Step_Buffer_IsNeitherMovedNorDecayed()
    {
        using var scope = NewDisposeScope();
        using var parameters = new FlatParameters([new ParameterShape("w", 3), new ParameterShape("bias", 2) { IsBuffer = true }], withGradients: true);
        using (no_grad()) parameters.Values.fill_(2);
        using var adam = new AdamW(parameters, 0.9, 0.95, 1e-8, weightDecay: 0.5, double.PositiveInfinity);
        parameters["w"].mul(parameters["bias"].sum()).sum().backward();

        adam.Step(0.1, adam.GradientNorm());

        Assert.Equal([2f, 2f], parameters["bias"].data<float>().ToArray());
        Assert.All(parameters["w"].data<float>().ToArray(), value => Assert.Equal(2 * (1 - 0.1 * 0.5) - 0.1, value, 1e-5));
    }

    [Fact]
    public void Layout_TrainedTensorBehindABuffer_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new FlatParameters([new ParameterShape("bias", 2) { IsBuffer = true }, new ParameterShape("w", 3)], withGradients: true));

    private static double Difference(Tensor expected, Tensor actual) => expected.sub(actual).abs().max().ToDouble();
}
