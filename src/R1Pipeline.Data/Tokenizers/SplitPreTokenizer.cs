using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// <c>Split</c> with a regular expression: its matches and what stands between them become pieces. Patterns are written for characters, .NET matches UTF-16
/// units: a character outside the BMP is shown to the pattern as one of the BMP that has the same category and that the pattern does not name.
/// </summary>
internal sealed class SplitPreTokenizer : IPreTokenizer
{
    // A pattern comes with a model from strangers: one that backtracks without end must end.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(5);

    // A hundred times what the published patterns need.
    private static readonly TimeSpan CharacterLimit = TimeSpan.FromMicroseconds(10);

    private readonly Regex _pattern;
    private readonly bool _removes;
    private readonly Dictionary<UnicodeCategory, char> _standIns;

    /// <param name="pattern">The pattern, in Ruby's syntax as Oniguruma reads it: <c>^</c> and <c>$</c> are those of a line.</param>
    /// <param name="removes">Whether the matches are dropped instead of kept.</param>
    /// <exception cref="ArgumentException">.NET does not know the pattern's syntax.</exception>
    public SplitPreTokenizer(string pattern, bool removes)
    {
        if (pattern.Any(char.IsSurrogate)) throw new ArgumentException("it names characters outside of the BMP");
        _pattern = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.Compiled, MatchLimit);
        _removes = removes;
        _standIns = StandIns(pattern);
    }

    public void Cut(ReadOnlySpan<char> text, int offset, List<(int Start, int Length)> pieces)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
        {
            CutWithPairs(text, offset, pieces);
            return;
        }

        Cut(text, offset, positions: null, pieces);
    }

    private void CutWithPairs(ReadOnlySpan<char> text, int offset, List<(int Start, int Length)> pieces)
    {
        char[] shown = ArrayPool<char>.Shared.Rent(text.Length);
        int[] positions = new int[text.Length + 1];
        int count = 0;
        for (int at = 0, width; at < text.Length; at += width)
        {
            bool valid = Rune.DecodeFromUtf16(text[at..], out Rune rune, out width) == OperationStatus.Done;
            positions[count] = at;
            shown[count++] = width == 1 || !valid ? text[at] : StandInOf(rune);
        }

        positions[count] = text.Length;
        Cut(shown.AsSpan(0, count), offset, positions, pieces);
        ArrayPool<char>.Shared.Return(shown);
    }

    private void Cut(ReadOnlySpan<char> shown, int offset, int[]? positions, List<(int Start, int Length)> pieces)
    {
        int done = 0;
        // One match has its limit, and all of a text together: many that each end just in time do not.
        long started = Stopwatch.GetTimestamp();
        TimeSpan limit = MatchLimit + (shown.Length * CharacterLimit);
        try
        {
            foreach (ValueMatch match in _pattern.EnumerateMatches(shown))
            {
                if (Stopwatch.GetElapsedTime(started) > limit) throw Endless(shown.Length);
                if (match.Length == 0) continue;
                Add(done, match.Index);
                if (!_removes) Add(match.Index, match.Index + match.Length);
                done = match.Index + match.Length;
            }
        }
        catch (RegexMatchTimeoutException endless)
        {
            throw Endless(shown.Length, endless);
        }

        Add(done, shown.Length);

        void Add(int from, int to)
        {
            if (to > from) pieces.Add(positions is null ? (offset + from, to - from) : (offset + positions[from], positions[to] - positions[from]));
        }
    }

    private char StandInOf(Rune rune) => _standIns.TryGetValue(Rune.GetUnicodeCategory(rune), out char standIn)
        ? standIn
        : throw Failed($"names all characters of a category in the BMP, so that U+{rune.Value:X} of a text cannot be matched");

    private StageFailedException Endless(int length, Exception? cause = null) => Failed($"does not come to an end on a text of {length} characters", cause);

    private StageFailedException Failed(string problem, Exception? cause = null)
    {
        string pattern = _pattern.ToString();
        return new(StageFailureClass.UserData, $"the pre-tokenizer's pattern {pattern[..Math.Min(pattern.Length, 200)]} {problem}", cause);
    }

    private static Dictionary<UnicodeCategory, char> StandIns(string pattern)
    {
        var named = new bool[char.MaxValue + 1];
        for (int i = 0; i < pattern.Length; i++)
        {
            named[pattern[i]] = true;
            if (pattern[i] != '-' || i == 0 || i + 1 == pattern.Length) continue;
            for (int c = pattern[i - 1]; c <= pattern[i + 1]; c++) named[c] = true;
        }

        var standIns = new Dictionary<UnicodeCategory, char>();
        for (char c = '\u0080'; c < '\uFFFF'; c++)
        {
            if (!named[c] && !char.IsSurrogate(c) && !named[char.ToUpperInvariant(c)] && !named[char.ToLowerInvariant(c)]) standIns.TryAdd(char.GetUnicodeCategory(c), c);
        }

        return standIns;
    }
}
