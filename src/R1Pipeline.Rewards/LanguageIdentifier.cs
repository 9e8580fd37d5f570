using Lingua;

namespace R1Pipeline.Rewards;

/// <summary>
/// Tells languages that share a script apart, by the Lingua library with its trigram models. Nothing is loaded until the first text is asked about;
/// a model is loaded once in a process.
/// </summary>
public sealed class LanguageIdentifier
{
    private const int MinWords = 3;
    private const int MaxWords = 24;

    private static readonly char[] ClauseEnds = ['.', ',', ';', ':', '!', '?', '(', ')', '\n', '，', '。', '；', '：', '！', '？', '、'];

    private readonly Lazy<LanguageDetector> _detector;

    private LanguageIdentifier(params Language[] languages) =>
        _detector = new Lazy<LanguageDetector>(() => (languages.Length == 0 ? LanguageDetectorBuilder.FromAllLanguages() : LanguageDetectorBuilder.FromLanguages(languages)).WithLowAccuracyMode().Build());

    /// <summary>Over all languages that the library knows.</summary>
    public static LanguageIdentifier Shared { get; } = new();

    /// <summary>Codes of the languages that <see cref="LanguageReward"/> counts by this: those of Latin script that questions are most often asked in.</summary>
    public static IReadOnlyList<string> Counted { get; } = ["en", "fr", "de", "es", "it", "pt", "nl"];

    /// <summary>Over <see cref="Counted"/>: fewer languages to mix up, so that short clauses are told better.</summary>
    public static LanguageIdentifier Latin { get; } = new(Language.English, Language.French, Language.German, Language.Spanish, Language.Italian, Language.Portuguese, Language.Dutch);

    /// <summary>Whether a text is written in a language (ISO 639-1 code; anything behind a hyphen does not count).</summary>
    public bool IsWritten(string text, string code)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(code);
        return code.Split('-')[0].Equals(Code(text), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Words of a text in a language, by all words. The language of a word is that of its clause: a single word seldom tells. Clauses end at punctuation and
    /// after 24 words; one of fewer than three words belongs to the one before it.
    /// </summary>
    public (int Target, int Total) Count(string text, string code)
    {
        ArgumentNullException.ThrowIfNull(text);
        int target = 0, total = 0;
        string? current = null;
        int waiting = 0;
        foreach (string[] clause in NonProse.Remove(text).Split(ClauseEnds).SelectMany(Clauses))
        {
            int words = clause.Length;
            if (words >= MinWords) current = Code(string.Join(' ', clause));
            total += words;
            if (current is null) waiting += words;
            else
            {
                if (current == code) target += words + waiting;
                waiting = 0;
            }
        }

        // Nothing but short clauses: they are judged together.
        if (waiting > 0 && Code(text) == code) target += waiting;
        return (target, total);
    }

    private static IEnumerable<string[]> Clauses(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(word => word.Any(char.IsLetter) && !word.Any(char.IsDigit) && (word.Length > 1 || "aAIàÀyYeEoO".Contains(word[0]))).Chunk(MaxWords);

    private string? Code(string text) => _detector.Value.DetectLanguageOf(text) is var language && language == Language.Unknown ? null : language.IsoCode6391().ToString().ToLowerInvariant();
}
