using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// The first weights of a new decoder: norms 1, biases 0, everything else normal, the two projections back into the residual stream with the deviation divided
/// by sqrt(2 · layers). Every tensor draws from a stream of its own name, never from libtorch's generator.
/// </summary>
internal static class DecoderInitialization
{
    public static void Draw(FlatParameters parameters, DecoderConfig config, long seed, string stage, double std)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (ParameterShape shape in parameters.Shapes)
        {
            Tensor target = parameters.ValueOf(shape.Name);
            if (shape.Name.EndsWith("norm", StringComparison.Ordinal)) _ = target.fill_(Number.One);
            else if (!shape.Name.EndsWith(".bias", StringComparison.Ordinal))
                _ = target.copy_(Normal(shape, WritesResidual(shape) ? std / Math.Sqrt(2.0 * config.NumLayers) : std, seed, stage));
        }

        parameters.Publish();
    }

    /// <summary>A normal tensor of this shape, deviation <paramref name="std"/>, from the stream of its name.</summary>
    public static Tensor Normal(ParameterShape shape, double std, long seed, string stage)
    {
        var random = new RandomStream(seed, stage, 0, "init/" + shape.Name);
        float[] values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(std * random.NextGaussian());
        return tensor(values, shape.Dimensions);
    }

    private static bool WritesResidual(ParameterShape shape) =>
        shape.Name.EndsWith(".attention-output", StringComparison.Ordinal) || shape.Name.EndsWith(".down", StringComparison.Ordinal);
}
