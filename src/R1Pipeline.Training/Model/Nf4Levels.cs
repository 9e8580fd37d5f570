namespace R1Pipeline.Training.Model;

/// <summary>The values that quantised numbers can have: 16 for a weight, 256 for the scale of a block.</summary>
internal static class Nf4Levels
{
    /// <summary>
    /// NormalFloat of four bits (QLoRA, arXiv 2305.14314, appendix E): quantiles of a normal distribution, scaled to [-1, 1], zero among them, one more above zero than below.
    /// </summary>
    public static ReadOnlySpan<float> Weights =>
    [
        -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f,
    ];

    /// <summary>
    /// The 8-bit dynamic tree type (arXiv 2110.02861, section 2): a sign, a decimal exponent of 0 to -6, and what bits it leaves for an even division of [0.1, 1];
    /// zero and one beside. Ascending.
    /// </summary>
    public static float[] Scales { get; } = NewScales();

    /// <summary>The two weights of a byte, that of its upper half first: 256 times 2 values.</summary>
    public static float[] Pairs { get; } = [.. Enumerable.Range(0, 256).SelectMany(code => (float[])[Weights[code >> 4], Weights[code & 15]])];

    /// <summary>The numbers half-way between neighbours: the i-th separates level i from level i + 1.</summary>
    public static float[] Between(ReadOnlySpan<float> levels)
    {
        float[] between = new float[levels.Length - 1];
        for (int i = 0; i < between.Length; i++) between[i] = (float)(((double)levels[i] + levels[i + 1]) / 2);
        return between;
    }

    private static float[] NewScales()
    {
        var levels = new List<float> { 0, 1 };
        for (int bits = 0; bits < 7; bits++)
        {
            double magnitude = Math.Pow(10, bits - 6), parts = 1 << bits;
            for (int part = 0; part < parts; part++)
            {
                float level = (float)(magnitude * (0.1 + 0.9 * (part + 0.5) / parts));
                levels.AddRange([level, -level]);
            }
        }

        levels.Sort();
        return [.. levels];
    }
}
