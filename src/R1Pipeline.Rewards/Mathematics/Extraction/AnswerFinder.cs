using System.Text.RegularExpressions;
using R1Pipeline.Rewards.Mathematics.Answers;
using R1Pipeline.Rewards.Mathematics.Reading;

namespace R1Pipeline.Rewards.Mathematics.Extraction;

/// <summary>
/// Finds the answer in a response: the last box, else <c>&lt;answer&gt;</c>, else the whole where it is one answer, else what an answer phrase announces,
/// else the last formula or number. Linear in the length of the text.
/// </summary>
/// <param name="options">Where an answer may stand.</param>
/// <param name="budget">Steps that reading candidates may take.</param>
/// <param name="trusted">The text is a gold: words with numbers among them are an answer, not a sentence that holds one.</param>
internal sealed class AnswerFinder(MathOptions options, WorkBudget budget, bool trusted)
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private const int MaxWordsOfAFormula = 2;
    private const int MaxWordsOfAnAnswer = 6;
    private const int MaxSpans = 12;

    // The last formula or number of a response stands near its end; every formula of a very long one need not be cut out to find it.
    private const int MaxTail = 16_000;

    private static readonly Regex NumberInText = new(@"[-−]?(?:[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|\.[0-9]+)(?:\s*/\s*[0-9]+)?(?:\s*\\?%)?", Linear);
    private static readonly Regex Letter = new(@"(?:^|[^\p{L}\p{N}'’])\(?(?<letter>[A-J])\)?(?:$|[^\p{L}\p{N}'’])", Linear);

    // "故选 B": a letter right behind the verb, at the end.
    private static readonly Regex Chosen = new(@"选(?:择|項|项)?\s*[:：]?\s*[(（]?(?<letter>[A-J])[)）]?\s*[.。．]?\s*\z", Linear);

    /// <summary>The answer's text; null where there is none.</summary>
    public string? Find(string text)
    {
        if (Scope(text) is not { } scope) return null;
        if (Boxes.HasAny(scope) && Boxes.Last(scope) is { } box) return box.Trim().Length == 0 ? null : box;
        if (options.RequireBox) return null;
        if (scope.Contains("<answer>", StringComparison.Ordinal)) return AnswerExtraction.AnswerBlock(scope);
        if (options.Targets.Contains(AnswerTarget.Letters)) return FindLetter(scope);

        // A box that is never closed was cut off, and what is in it may be half a number: only words that announce an answer count beside it.
        if (Boxes.HasAny(scope)) return AnswerPhrases.After(scope) is { } cut ? Announced(cut) : null;
        if (Chosen.Match(scope) is { Success: true } chosen) return chosen.Groups["letter"].Value;
        string? sentence = AnswerPhrases.After(scope);
        bool prose = NumWords(scope) > MaxWordsOfAFormula;
        if (sentence is null && !prose && IsAnswer(scope)) return scope;
        if (sentence is not null && Announced(sentence) is { } announced) return announced;
        if (sentence is not null && !prose && IsAnswer(scope)) return scope;
        if (prose && IsAnswer(scope)) return scope;
        return options.GuessLastNumber ? LastInText(scope.Length <= MaxTail ? scope : scope[^MaxTail..]) : null;
    }

    private string? Scope(string text)
    {
        if (Thought.CutOff(text) is not { } rest) return null;
        foreach (string delimiter in options.Delimiters.Where(delimiter => delimiter != "</think>"))
        {
            int at = rest.LastIndexOf(delimiter, StringComparison.Ordinal);
            if (at < 0) return null;
            rest = rest[(at + delimiter.Length)..];
        }

        return options.Delimiters.Contains("</think>") && !text.Contains("</think>", StringComparison.Ordinal) ? null : rest;
    }

    /// <summary>Whether the text as a whole is one answer, and not a sentence.</summary>
    private bool IsAnswer(string text)
    {
        if (text.Length > MathLexer.MaxLength) return false;
        return new AnswerReader(budget).Read(text) is { } answer && !IsSentence(answer, text);
    }

    private bool IsSentence(Answer answer, string text)
    {
        if (NumWords(text) > MaxWordsOfAnAnswer) return true;
        return answer switch
        {
            TextAnswer => (!trusted && text.Any(char.IsAsciiDigit)) || text.Contains('$') || text.Contains(". ", StringComparison.Ordinal),
            CollectionAnswer list => !trusted && list.Items.Any(item => item is TextAnswer) && (text.Contains('$') || text.Any(char.IsAsciiDigit)),
            _ => false,
        };
    }

    /// <summary>Words of prose: runs of three and more letters between spaces that are no commands.</summary>
    private static int NumWords(string text)
    {
        int words = 0;
        foreach (Range range in text.AsSpan().Split(' '))
        {
            ReadOnlySpan<char> word = text.AsSpan()[range].Trim("*,.;:!?\r\n");
            if (word.Length < 3) continue;
            bool letters = true;
            foreach (char c in word) letters &= char.IsLetter(c) || c is '\'' or '’' or '-';
            if (letters && ++words > MaxWordsOfAnAnswer) break;
        }

        return words;
    }

    /// <summary>The answer in an announced sentence: the whole of it, its predicate, its first formula, its first number, its first letter.</summary>
    private string? Announced(string sentence)
    {
        if (IsAnswer(sentence)) return sentence;
        string predicate = AnswerPhrases.Predicate(sentence);
        if (predicate.Length < sentence.Length && IsAnswer(predicate)) return predicate;
        foreach ((string math, _, _) in MathSpans.All(predicate).Take(MaxSpans))
        {
            if (IsAnswer(math)) return math;
        }

        if (Numbers(predicate).FirstOrDefault() is { Value: not null } number) return number.Value;
        return Letter.Match(predicate) is { Success: true } letter ? letter.Groups["letter"].Value : null;
    }

    private static string? FindLetter(string text)
    {
        string trimmed = text.Trim();
        string scope = AnswerPhrases.After(trimmed) ?? trimmed;
        return Letter.Match(scope) is { Success: true } match ? match.Groups["letter"].Value : null;
    }

    /// <summary>The last formula or number, whichever is later.</summary>
    private string? LastInText(string text)
    {
        (string? Value, int Start) number = options.Targets.Contains(AnswerTarget.Expr) || options.Targets.Contains(AnswerTarget.Sympy) ? Numbers(text).LastOrDefault() : default;
        foreach ((string math, int start, int end) in MathSpans.All(text).Reverse().Take(MaxSpans))
        {
            if (number.Value is not null && number.Start >= end) break;
            if (math.Trim().Length > 0 && IsAnswer(math)) return math;
            if (number.Value is not null && number.Start >= start) break;
        }

        return number.Value ?? (Letter.Match(text) is { Success: true } letter && options.Choices.Count > 0 ? letter.Groups["letter"].Value : null);
    }

    /// <summary>The numbers that are not part of a word. A minus behind an operand is an operator.</summary>
    private static IEnumerable<(string? Value, int Start)> Numbers(string text)
    {
        string plain = text.Replace("{,}", ",", StringComparison.Ordinal);
        foreach (Match match in NumberInText.Matches(plain))
        {
            int start = match.Index;
            if (plain[start] is '-' or '−' && start > 0 && (char.IsLetterOrDigit(plain[start - 1]) || plain[start - 1] is ')' or '}')) start++;
            if (start > 0 && (IsPartOfWord(plain[start - 1]) || IsDenied(plain.AsSpan(Math.Max(0, start - 12), Math.Min(12, start))))) continue;
            yield return (plain[start..(match.Index + match.Length)], start);
        }
    }

    /// <summary>"It is not 7" gives no answer.</summary>
    private static bool IsDenied(ReadOnlySpan<char> before)
    {
        ReadOnlySpan<char> words = before.TrimEnd();
        if (words.Length == before.Length) return words.EndsWith("不是");
        return words is "not" || words.EndsWith(" not", StringComparison.OrdinalIgnoreCase) || words.EndsWith("n't", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsPartOfWord(char before) => before < 0x250 && (char.IsLetter(before) || before == '_');
}
