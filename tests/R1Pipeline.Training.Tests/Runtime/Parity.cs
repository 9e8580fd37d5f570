using System.Globalization;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>
/// What the tests against the shared fixtures compute on (<c>R1_TEST_DEVICE</c>: cpu, cuda, cuda:N) and in (<c>R1_TEST_PRECISION</c>: fp32, bf16), and how near they have to
/// come. Without these variables: the CPU in fp32. The tolerances of fp32 are the fixtures' own, those of bf16 about twice the largest deviation of the same tests in bf16
/// on the CPU. <c>R1_TEST_FIGURES</c> names a file that every deviation is added to: what a run on another device is reported with.
/// </summary>
internal static class Parity
{
    private static readonly Lock Gate = new();

    public static Placement Placement { get; } = Placement.Resolve(
        Environment.GetEnvironmentVariable("R1_TEST_DEVICE") ?? "cpu", Enum.Parse<ComputePrecision>(Environment.GetEnvironmentVariable("R1_TEST_PRECISION") ?? "fp32", ignoreCase: true));

    /// <summary>Absolute, of a logit, a log-probability or a score.</summary>
    public static double Logits => Placement.IsNarrow ? 0.9 : 1e-4;

    /// <summary>By how much the likeliest token's logit may exceed that of the chosen one, on average over a greedy output; fp32 compares the tokens.</summary>
    public static double GreedyGap => 0.4;

    /// <summary>Relative.</summary>
    public static double Loss => Placement.IsNarrow ? 0.006 : 1e-5;

    /// <summary>Relative, of one tensor.</summary>
    public static double GradientNorm => Placement.IsNarrow ? 0.13 : 1e-3;

    /// <summary>Absolute, of a tensor whose norm is below 1e-4.</summary>
    public static double SmallGradientNorm => Placement.IsNarrow ? 1e-5 : 1e-6;

    /// <summary>Relative, over all tensors.</summary>
    public static double TotalGradientNorm => Placement.IsNarrow ? 0.015 : 1e-3;

    /// <summary>Demands a deviation that is a number and within the tolerance, and notes it.</summary>
    public static void Near(string what, double deviation, double tolerance, string? where = null)
    {
        if (Environment.GetEnvironmentVariable("R1_TEST_FIGURES") is { Length: > 0 } file)
        {
            string test = TestContext.Current.Test?.TestDisplayName ?? "?";
            lock (Gate) File.AppendAllText(file, string.Create(CultureInfo.InvariantCulture, $"{what}\t{deviation:g4}\t{tolerance:g4}\t{Placement.Device} {Placement.ComputeType}\t{test}\t{where}\n"));
        }

        Assert.True(deviation <= tolerance, string.Create(CultureInfo.InvariantCulture, $"{what} {where} is off by {deviation:g4}, allowed are {tolerance:g4}"));
    }
}
