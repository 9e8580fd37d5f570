using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Rewards;

/// <summary>The optional terms of a reward, each with its weight (<see cref="ShapingOptions"/>).</summary>
/// <param name="options">The weights.</param>
/// <param name="maxNewTokens">M: output tokens at which generation is cut.</param>
public sealed class RewardShaping(ShapingOptions options, int maxNewTokens)
{
    private const double ShortRight = 1, LongRight = 0.5, ShortWrong = -1, LongWrong = -0.5;

    /// <summary>The shaping that a stage asks for; null: none.</summary>
    public static RewardShaping? Of(GrpoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Shaping is { } shaping ? new RewardShaping(shaping, options.MaxNewTokens) : null;
    }

    /// <summary>The terms that are on, with their weights and values.</summary>
    /// <param name="input">The output.</param>
    /// <param name="correct">Whether its answer is right; null: not to be checked.</param>
    public IEnumerable<(string Part, double Weight, double Value)> Terms(RewardInput input, bool? correct)
    {
        ArgumentNullException.ThrowIfNull(input);
        double share = Math.Clamp((double)input.NumTokens / maxNewTokens, 0, 1);
        if (options.LengthWeight > 0) yield return ("length", options.LengthWeight, share == 0 ? 0 : -share);
        if (options.CosineWeight > 0 && correct is { } right) yield return ("cosine", options.CosineWeight, right ? Cosine(LongRight, ShortRight, share) : Cosine(LongWrong, ShortWrong, share));
        if (options.OverlongWeight > 0) yield return ("overlong", options.OverlongWeight, Overlong(input));
        if (options.RepetitionWeight > 0) yield return ("repetition", options.RepetitionWeight, Repetition(input.Completion));
    }

    private static double Cosine(double atEnd, double atStart, double share) => atEnd + (0.5 * (atStart - atEnd) * (1 + Math.Cos(share * Math.PI)));

    private double Overlong(RewardInput input)
    {
        if (!input.Finished) return -1;
        int over = input.NumTokens - (maxNewTokens - options.OverlongBufferTokens);
        return over <= 0 ? 0 : Math.Max(-1, -(double)over / options.OverlongBufferTokens);
    }

    private double Repetition(string text)
    {
        List<string> words = Words(text);
        int grams = words.Count - options.RepetitionWords + 1;
        if (grams <= 1) return 0;
        var different = new HashSet<string>(Enumerable.Range(0, grams).Select(i => string.Join(' ', words.Skip(i).Take(options.RepetitionWords))));
        return different.Count == grams ? 0 : -(1 - ((double)different.Count / grams));
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool han = i < text.Length && text[i] is >= '\u3400' and <= '\u9FFF';
            bool inside = i < text.Length && !han && !char.IsWhiteSpace(text[i]);
            if (inside)
            {
                if (start < 0) start = i;
                continue;
            }

            if (start >= 0) words.Add(text[start..i].ToLowerInvariant());
            start = -1;
            if (han) words.Add(text[i].ToString());
        }

        return words;
    }
}
