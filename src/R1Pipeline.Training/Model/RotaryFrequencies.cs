namespace R1Pipeline.Training.Model;

/// <summary>
/// The angle by which each pair of a head turns from one position to the next: theta^(-2i / size), stretched as the model's <see cref="RopeScaling"/> says.
/// Source of the formulas: transformers' <c>modeling_rope_utils</c>, computed here in double precision.
/// </summary>
internal sealed class RotaryFrequencies(int size, double theta, RopeScaling? scaling)
{
    /// <summary>Width of what turns.</summary>
    public int Size => size;

    /// <summary>What cosines and sines are multiplied with.</summary>
    public double TableScale => scaling is YarnRope yarn ? yarn.TableScale : 1;

    /// <summary>Sequence lengths with the same key have the same frequencies.</summary>
    public int KeyOf(int length) => scaling is DynamicRope dynamic ? Math.Max(length, dynamic.OriginalContext) : 0;

    /// <summary>The frequencies for sequences of <paramref name="length"/> tokens, [size / 2].</summary>
    public float[] For(int length) => [.. (scaling switch
    {
        null => Plain(theta),
        LinearRope linear => Plain(theta).Select(frequency => frequency / linear.Factor),
        DynamicRope dynamic => Plain(GrownBase(dynamic, KeyOf(length))),
        YarnRope yarn => Yarn(yarn),
        Llama3Rope llama => Plain(theta).Select(frequency => Stretch(llama, frequency)),
        _ => throw new InvalidOperationException($"no frequencies for {scaling.GetType().Name}"),
    }).Select(frequency => (float)frequency)];

    private double[] Plain(double growth)
    {
        double[] frequencies = new double[size / 2];
        for (int i = 0; i < frequencies.Length; i++) frequencies[i] = 1 / Math.Pow(growth, 2.0 * i / size);
        return frequencies;
    }

    private double GrownBase(DynamicRope dynamic, int length) =>
        theta * Math.Pow(dynamic.Factor * length / dynamic.OriginalContext - (dynamic.Factor - 1), size / (size - 2.0));

    private IEnumerable<double> Yarn(YarnRope yarn)
    {
        double low = Math.Max(Math.Floor(PairOfTurns(yarn, yarn.BetaFast)), 0), high = Math.Min(Math.Ceiling(PairOfTurns(yarn, yarn.BetaSlow)), size - 1);
        if (low == high) high += 0.001;
        return Plain(theta).Select((frequency, i) =>
        {
            double divided = Math.Clamp((i - low) / (high - low), 0, 1);
            return frequency / yarn.Factor * divided + frequency * (1 - divided);
        });
    }

    // The pair that makes this many turns over the original context.
    private double PairOfTurns(YarnRope yarn, double turns) => size * Math.Log(yarn.OriginalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));

    private static double Stretch(Llama3Rope llama, double frequency)
    {
        double turns = llama.OriginalContext * frequency / (2 * Math.PI);       // original context / wavelength
        if (turns < llama.LowFrequencyFactor) return frequency / llama.Factor;
        if (turns > llama.HighFrequencyFactor) return frequency;
        double kept = (turns - llama.LowFrequencyFactor) / (llama.HighFrequencyFactor - llama.LowFrequencyFactor);
        return (1 - kept) * frequency / llama.Factor + kept * frequency;
    }
}
