using System.Text.RegularExpressions;
using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Rewards.Grading;

/// <summary>
/// The format rules by name. <c>r1-zero</c>: rule F-1 as in training (<see cref="FormatReward"/>). <c>r1</c>: the text starts with <c>&lt;think&gt;</c>, holds
/// one <c>&lt;/think&gt;</c> and no other think tag; the thought may be empty. <c>open-r1</c>: the four tags on lines of their own, in order, as
/// huggingface/open-r1's format_reward. <c>tag-count</c>: a quarter for each tag that stands once with its line breaks, as its tag_count_reward.
/// </summary>
public static class NamedFormats
{
    private const string ThinkOpen = "<think>";
    private const string ThinkClose = "</think>";

    private static readonly Regex Lines = new(@"\A<think>\n(?<think>.*?)\n</think>\n<answer>\n(?<answer>.*?)\n</answer>$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> All { get; } = ["r1-zero", "r1", "open-r1", "tag-count"];

    /// <summary>Judges a finished output; null for a name that does not exist.</summary>
    /// <param name="completion">The output.</param>
    /// <param name="format">One of <see cref="All"/>.</param>
    /// <param name="value">0 to 1: what the rule pays.</param>
    public static FormatVerdict? Check(string completion, string format, out double value)
    {
        ArgumentNullException.ThrowIfNull(completion);
        FormatVerdict? verdict = format switch
        {
            "r1-zero" => FormatReward.Check(completion, finished: true, AnswerFormat.ThinkAnswer),
            "r1" => ThinkFirst(completion),
            "open-r1" => OwnLines(completion),
            "tag-count" => Tags(completion),
            _ => null,
        };
        value = format == "tag-count" ? TagShare(completion) : verdict?.Ok == true ? 1 : 0;
        return verdict;
    }

    private static FormatVerdict ThinkFirst(string text)
    {
        if (!text.StartsWith(ThinkOpen, StringComparison.Ordinal)) return Wrong($"{ThinkOpen} is not first");
        if (Count(text, ThinkOpen) != 1) return Wrong($"{ThinkOpen} occurs {Count(text, ThinkOpen)} times");
        if (Count(text, ThinkClose) != 1) return Wrong($"{ThinkClose} occurs {Count(text, ThinkClose)} times");
        int close = text.IndexOf(ThinkClose, StringComparison.Ordinal);
        return new FormatVerdict(true, text[ThinkOpen.Length..close].Trim(), text[(close + ThinkClose.Length)..].Trim(), "");
    }

    private static FormatVerdict OwnLines(string text)
    {
        Match match = Lines.Match(text);
        return match.Success ? new FormatVerdict(true, match.Groups["think"].Value, match.Groups["answer"].Value, "") : Wrong("the four tags do not stand in order on lines of their own");
    }

    private static FormatVerdict Tags(string text)
    {
        double share = TagShare(text);
        return share == 1 ? new FormatVerdict(true, null, null, "") : Wrong($"{share * 4:0} of 4 tags stand once with their line breaks");
    }

    private static double TagShare(string text) =>
        new[] { "<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>" }.Count(tag => Count(text, tag) == 1) / 4.0;

    private static int Count(string text, string tag)
    {
        int count = 0;
        for (int at = text.IndexOf(tag, StringComparison.Ordinal); at >= 0; at = text.IndexOf(tag, at + tag.Length, StringComparison.Ordinal)) count++;
        return count;
    }

    private static FormatVerdict Wrong(string reason) => new(false, null, null, reason);
}
