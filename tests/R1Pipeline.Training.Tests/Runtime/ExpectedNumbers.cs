using System.Text.Json;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>Comparisons with the shared fixtures, within the tolerances that their README states.</summary>
internal static class ExpectedNumbers
{
    /// <summary>Each gradient norm by foreign name, below 1e-4 by a thousandth of that in absolute terms; and no parameter is missing on either side.</summary>
    public static void GradientNorms(JsonElement expected, DecoderConfig config, FlatParameters parameters)
    {
        using var scope = NewDisposeScope();
        var actual = WeightMap.Slices(config, DecoderParameters.HeadOf(parameters)).Where(slice => !parameters.IsBuffer(slice.Parameter))
            .ToDictionary(slice => slice.ForeignName, slice => WeightMap.Slice(parameters.GradientOf(slice.Parameter), slice).norm().ToDouble());
        Assert.Equal(expected.EnumerateObject().Select(norm => norm.Name).Order(), actual.Keys.Order());
        foreach (JsonProperty norm in expected.EnumerateObject())
        {
            double value = norm.Value.GetDouble();
            double deviation = Math.Abs(actual[norm.Name] - value);
            if (value < 1e-4) Parity.Near("small gradient norm", deviation, Parity.SmallGradientNorm, norm.Name);
            else Parity.Near("gradient norm", deviation / value, Parity.GradientNorm, norm.Name);
        }
    }

    public static void Relative(string what, double expected, double actual, double tolerance) => Parity.Near(what, Math.Abs(actual - expected) / Math.Abs(expected), tolerance);

    /// <summary>Largest difference where <paramref name="where"/> is true (broadcast from the left).</summary>
    public static double LargestDifference(Tensor expected, Tensor actual, Tensor where)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor difference = expected.sub(actual).abs();
        Tensor mask = where;
        while (mask.dim() < difference.dim()) mask = mask.unsqueeze(-1);
        return difference.masked_fill(mask.expand_as(difference).logical_not(), 0).max().ToDouble();
    }
}
