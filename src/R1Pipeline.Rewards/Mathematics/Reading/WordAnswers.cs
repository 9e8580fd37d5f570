using System.Collections.Frozen;
using R1Pipeline.Rewards.Mathematics.Answers;
using R1Pipeline.Rewards.Mathematics.Expressions;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads words as an answer: compared without case, space and punctuation; the few that say the same in mathematics are one.</summary>
internal static class WordAnswers
{
    private static readonly FrozenSet<string> AllReals = new[] { "allrealnumbers", "allreals", "realnumbers", "thesetofallrealnumbers", "thesetofrealnumbers", "everyrealnumber", "全体实数", "任意实数", "实数集" }.ToFrozenSet();

    private static readonly FrozenDictionary<string, string> Same = new Dictionary<string, string>
    {
        ["dne"] = "doesnotexist",
        ["nosolutions"] = "nosolution",
        ["thereisnosolution"] = "nosolution",
        ["therearenosolutions"] = "nosolution",
        ["无解"] = "nosolution",
        ["norealsolution"] = "norealsolutions",
        ["nonexistent"] = "doesnotexist",
        ["不存在"] = "doesnotexist",
    }.ToFrozenDictionary();

    public static Answer? Read(IReadOnlyList<Token> tokens)
    {
        string text = string.Concat(tokens.Select(token => token.Kind == TokenKind.Number ? token.Number!.Key : token.Text).SelectMany(piece => piece.Where(char.IsLetterOrDigit))).ToLowerInvariant();
        if (text.Length == 0 || (text != "dne" && !tokens.Any(token => token.Kind == TokenKind.Word))) return null;
        if (text is "emptyset" or "theemptyset" or "空集") return new ValueAnswer(new Symbol("∅"));
        return AllReals.Contains(text) ? new ValueAnswer(new Symbol("𝔹R")) : new TextAnswer(Same.GetValueOrDefault(text, text));
    }
}
