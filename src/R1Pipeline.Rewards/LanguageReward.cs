using System.Text;

namespace R1Pipeline.Rewards;

/// <summary>
/// Language consistency: target-language words by all words of the chain of thought (r1-recipe.md 5.2), counted by rule LC-1. Every Han character is
/// a word; a run of letters is one, Latin or other; tokens with digits and (in running text) of one letter are none.
/// </summary>
public static class LanguageReward
{
    /// <summary>Counts the words of a text. Linear in its length.</summary>
    public static LanguageShares Count(string text, LanguageRule rule = LanguageRule.RunningText)
    {
        ArgumentNullException.ThrowIfNull(text);
        string plain = NonProse.Remove(text);
        int minLetters = rule == LanguageRule.WordList ? 1 : 2;
        var word = new Word();
        int english = 0;
        int chinese = 0;
        int other = 0;
        for (int i = 0; i < plain.Length;)
        {
            Rune rune = RuneAt(plain, i, out int width);
            if (IsHan(rune))
            {
                End();
                chinese++;
            }
            else if (Rune.IsLetter(rune) || Rune.IsDigit(rune) || rune.Value == '_' || IsMark(rune))
            {
                word.Add(rune);
            }
            else if (!(rune.Value is '-' or '\'' or '\u2019' && word.EndsWithLetter && i + width < plain.Length && IsWordLetter(RuneAt(plain, i + width, out _))))
            {
                End();
            }

            i += width;
        }

        End();
        return new LanguageShares(english, chinese, other);

        void End()
        {
            if (word.Letters >= minLetters && !word.HasDigit)
            {
                if (word.AllLatin) english++;
                else other++;
            }

            word = new Word();
        }
    }

    private static Rune RuneAt(string text, int at, out int width) =>
        Rune.DecodeFromUtf16(text.AsSpan(at), out Rune rune, out width) == System.Buffers.OperationStatus.Done ? rune : Rune.ReplacementChar;

    private static bool IsHan(Rune rune) => rune.Value is (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x2FA1F) or 0x3007;

    private static bool IsWordLetter(Rune rune) => Rune.IsLetter(rune) && !IsHan(rune);

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark
        or System.Globalization.UnicodeCategory.SpacingCombiningMark or System.Globalization.UnicodeCategory.EnclosingMark;

    /// <summary>The run of letters, digits and marks that is being read.</summary>
    private struct Word
    {
        private bool _foreign;

        public int Letters { get; private set; }

        public bool HasDigit { get; private set; }

        public bool EndsWithLetter { get; private set; }

        public readonly bool AllLatin => !_foreign;

        public void Add(Rune rune)
        {
            if (Rune.IsLetter(rune))
            {
                Letters++;
                EndsWithLetter = true;
                _foreign |= !(rune.Value is < 0x250 or (>= 0x1E00 and <= 0x1EFF) or (>= 0xFF21 and <= 0xFF3A) or (>= 0xFF41 and <= 0xFF5A));
            }
            else if (Rune.IsDigit(rune) || rune.Value == '_')
            {
                HasDigit = true;
                EndsWithLetter = false;
            }
        }
    }
}
