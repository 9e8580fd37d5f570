using System.Runtime.InteropServices;
using R1Pipeline.Training.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Tests.Model;

/// <summary>NormalFloat4 with double quantisation against its definition, calculated here once more number by number.</summary>
public sealed class Nf4BlocksTests
{
    /// <summary>The definition of the paper: quantiles of the normal distribution from 1 - offset to offset, eight below zero, nine from zero on, divided by the largest.</summary>
    [Fact]
    public void Weights_AreTheQuantilesOfTheNormalDistribution()
    {
        double offset = (1 - 1.0 / 32 + (1 - 1.0 / 30)) / 2;
        double[] positive = [.. Enumerable.Range(0, 8).Select(i => Quantile(offset + (0.5 - offset) * i / 8))], negative = [.. Enumerable.Range(0, 7).Select(i => -Quantile(offset + (0.5 - offset) * i / 7))];
        double[] levels = [.. positive.Append(0).Concat(negative).Order().Select(level => level / positive[0])];
        Assert.Equal(16, levels.Length);
        for (int i = 0; i < 16; i++) Assert.Equal(levels[i], Nf4Levels.Weights[i], 1e-6);
    }

    [Fact]
    public void Scales_AreADynamicTree()
    {
        Assert.Equal(256, Nf4Levels.Scales.Distinct().Count());
        Assert.Equal(Nf4Levels.Scales.Order(), Nf4Levels.Scales);
        Assert.Equal([0f, 1f], Nf4Levels.Scales.Where(level => !Nf4Levels.Scales.Contains(-level) || level == 0));
        Assert.Equal(64, Nf4Levels.Scales.Count(level => level is > 0.1f and < 1));
        Assert.Equal(32, Nf4Levels.Scales.Count(level => level is > 0.01f and < 0.1f));
        Assert.Equal(0.99296875f, Nf4Levels.Scales[^2], 1e-7f);
        Assert.Equal(5.5e-7f, Nf4Levels.Scales.Where(level => level > 0).Min(), 1e-9f);
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(128, 300)]                // more than one block of scales
    [InlineData(7, 13)]                   // neither block is full
    [InlineData(64, 16_400)]              // more than one piece goes through
    public void Dequantize_AnyShape_IsTheNearestLevelTimesTheScale(int width, int rows)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        Tensor values = randn([rows, width], generator: generator).mul_(0.02f);
        float[] given = Floats(values);
        using Nf4Blocks blocks = Nf4Blocks.Of(values);
        float[] actual = Floats(blocks.Dequantize()), expected = ByDefinition(given);

        for (int i = 0; i < given.Length; i++) Assert.Equal(expected[i], actual[i], 1e-7f);

        // The bound: half the widest gap of the levels (0.1520 of the scale), and what the 8-bit scale is off by.
        for (int block = 0; block * 64 < given.Length; block++)
        {
            float[] part = [.. given.Skip(block * 64).Take(64)];
            float scale = part.Max(MathF.Abs);
            for (int i = 0; i < part.Length; i++) Assert.InRange(MathF.Abs(part[i] - actual[block * 64 + i]), 0, 0.18f * scale);
        }
    }

    [Fact]
    public void Of_ZerosAndExtremes_StayWhatTheyAre()
    {
        using var scope = NewDisposeScope();
        using Nf4Blocks zeros = Nf4Blocks.Of(torch.zeros(3, 64)), one = Nf4Blocks.Of(tensor(Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? -0.5f : 0.5f).ToArray()).view(1, 64));
        Assert.All(Floats(zeros.Dequantize()), value => Assert.Equal(0, value));
        Assert.Equal(Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? -0.5f : 0.5f), Floats(one.Dequantize()));
    }

    [Fact]
    public void Borrow_OneWeightAfterTheOther_SharesMemoryAndHasTheValues()
    {
        using var scope = NewDisposeScope();
        using var workspace = new Nf4Workspace();
        using Nf4Weight small = new(workspace), large = new(workspace);
        small.Add(0, randn(3, 64));
        large.Add(2, randn(5, 128));
        large.Add(0, randn(2, 128));
        float[] expected = Floats(large.Dequantize());

        Tensor first = small.Borrow(), second = large.Borrow();

        Assert.Equal(first.data<float>()[0], second.data<float>()[0]);                                    // what was borrowed before is gone
        Assert.Equal(expected, Floats(second));
        Assert.Equal([7, 128], second.shape);
    }

    [Fact]
    public void Bytes_FourAndAnEighthBitsAValue()
    {
        using var scope = NewDisposeScope();
        Tensor values = randn(1024, 1024);
        using Nf4Blocks blocks = Nf4Blocks.Of(values);
        Assert.Equal(4 + 8.0 / 64 + 32.0 / (64 * 256), 8.0 * (blocks.Bytes - sizeof(float)) / values.numel(), 1e-9);
        Tensor error = values.sub(blocks.Dequantize());
        Assert.InRange(error.square().mean().sqrt().ToDouble(), 0.05, 0.1);               // of a normal distribution with deviation 1
    }

    // Block by block, number by number, in the words of the paper.
    private static float[] ByDefinition(float[] values)
    {
        float[][] blocks = [.. values.Chunk(64)];
        float[] scales = [.. blocks.Select(block => block.Max(MathF.Abs))];
        float mean = (float)scales.Average(scale => (double)scale);
        float[] kept = new float[scales.Length];
        for (int from = 0; from < scales.Length; from += 256)
        {
            int[] of = [.. Enumerable.Range(from, Math.Min(256, scales.Length - from))];
            float scaleOfScales = of.Max(i => MathF.Abs(scales[i] - mean));
            foreach (int i in of) kept[i] = Nf4Levels.Scales.MinBy(level => MathF.Abs(level - (scaleOfScales == 0 ? 0 : (scales[i] - mean) / scaleOfScales))) * scaleOfScales + mean;
        }

        float[] levels = Nf4Levels.Weights.ToArray();
        return [.. blocks.SelectMany((block, i) => block.Select(value => levels.MinBy(level => MathF.Abs(level - value / scales[i])) * kept[i]))];
    }

    private static float[] Floats(Tensor values) => MemoryMarshal.Cast<byte, float>(values.bytes).ToArray();

    // The inverse of the cumulative normal distribution, by halving; the distribution by Simpson's rule.
    private static double Quantile(double probability)
    {
        double low = 0, high = 6;
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            if (0.5 + Area(middle) < probability) low = middle;
            else high = middle;
        }

        return low;
    }

    private static double Area(double to)
    {
        const int Parts = 400;
        double sum = 0, step = to / Parts;
        for (int i = 0; i <= Parts; i++) sum += (i is 0 or Parts ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-(i * step) * (i * step) / 2);
        return sum * step / 3 / Math.Sqrt(2 * Math.PI);
    }
}
