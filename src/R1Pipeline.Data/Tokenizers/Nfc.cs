using System.Text;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>
/// Unicode normalisation form C. string.Normalize does nothing in a process without culture data, which this product is on purpose, and a tokenizer
/// that skips its normaliser gives other ids. Text that cannot change is returned as it is, after one look at each character.
/// </summary>
internal static class Nfc
{
    // Hangul syllables are computed, not listed (Unicode 3.12).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int NumLeads = 19;
    private const int NumVowels = 21;
    private const int NumTails = 28;

    private static readonly Lazy<Tables> Data = new(Load);

    /// <summary>The text in NFC. Lone surrogates stay.</summary>
    public static string Normalize(string text)
    {
        // Everything below U+0300 is a starter that composes with nothing before it.
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02FF') < 0) return text;
        Tables tables = Data.Value;
        return text.EnumerateRunes().Any(rune => tables.MayChange.Contains(rune.Value)) ? Compose(Decompose(text, tables), tables) : text;
    }

    private static List<int> Decompose(string text, Tables tables)
    {
        var result = new List<int>(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            int value = text[i];
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) value = char.ConvertToUtf32(text[i], text[++i]);
            Append(value, tables, result);
        }

        // Canonical order: marks between two starters sorted by class, equal classes as they stand.
        for (int start = 0; start < result.Count;)
        {
            int end = start;
            while (end < result.Count && tables.Class(result[end]) != 0) end++;
            if (end - start > 1)
            {
                int[] marks = [.. result[start..end].OrderBy(tables.Class)];
                for (int i = 0; i < marks.Length; i++) result[start + i] = marks[i];
            }

            start = end + 1;
        }

        return result;
    }

    private static void Append(int value, Tables tables, List<int> result)
    {
        int syllable = value - SyllableBase;
        if (syllable is >= 0 and < NumLeads * NumVowels * NumTails)
        {
            result.Add(LeadBase + (syllable / (NumVowels * NumTails)));
            result.Add(VowelBase + (syllable / NumTails % NumVowels));
            if (syllable % NumTails != 0) result.Add(TailBase + (syllable % NumTails));
        }
        else if (tables.Decompositions.TryGetValue(value, out int[]? parts))
        {
            foreach (int part in parts) Append(part, tables, result);
        }
        else
        {
            result.Add(value);
        }
    }

    private static string Compose(List<int> values, Tables tables)
    {
        var result = new List<int>(values.Count);
        int starter = -1;
        int lastClass = 0;
        foreach (int value in values)
        {
            int combiningClass = tables.Class(value);
            // A mark is blocked from its starter by one of the same or a higher class in between; a starter by anything in between.
            bool adjacent = starter == result.Count - 1;
            if (starter >= 0 && (adjacent || (combiningClass != 0 && lastClass < combiningClass)) && Pair(result[starter], value, tables) is { } composite)
            {
                result[starter] = composite;
                continue;
            }

            if (combiningClass == 0) starter = result.Count;
            lastClass = combiningClass;
            result.Add(value);
        }

        var text = new StringBuilder(result.Count + 16);
        foreach (int value in result)
        {
            if (value is >= 0xD800 and <= 0xDFFF) text.Append((char)value);
            else text.Append(new Rune(value).ToString());
        }

        return text.ToString();
    }

    private static int? Pair(int first, int second, Tables tables)
    {
        if (first - LeadBase is >= 0 and < NumLeads && second - VowelBase is >= 0 and < NumVowels)
            return SyllableBase + ((((first - LeadBase) * NumVowels) + second - VowelBase) * NumTails);
        bool openSyllable = first - SyllableBase is >= 0 and < NumLeads * NumVowels * NumTails && (first - SyllableBase) % NumTails == 0;
        if (openSyllable && second - TailBase is > 0 and < NumTails) return first + second - TailBase;
        return tables.Compositions.TryGetValue((first, second), out int composite) ? composite : null;
    }

    private static Tables Load()
    {
        var tables = new Tables();
        using Stream stream = typeof(Nfc).Assembly.GetManifestResourceStream("nfc.txt") ?? throw new InvalidOperationException("the assembly lacks nfc.txt");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '#') continue;
            string[] fields = line.Split(' ');
            if (fields[0] == "=")
            {
                string[] range = fields[1].Split('-');
                for (int value = Convert.ToInt32(range[0], 16); value <= Convert.ToInt32(range[1], 16); value++) tables.Classes[value] = byte.Parse(fields[2]);
                continue;
            }

            bool excluded = fields[0] == "!";
            int[] values = [.. fields.Skip(excluded ? 1 : 0).Select(field => Convert.ToInt32(field, 16))];
            tables.Decompositions[values[0]] = values[1..];
            if (!excluded) tables.Compositions[(values[1], values[2])] = values[0];
            if (excluded) tables.MayChange.Add(values[0]);
        }

        // What can change a text: characters that are never composed, marks, and whatever can be the second of a pair.
        tables.MayChange.UnionWith(tables.Classes.Keys);
        tables.MayChange.UnionWith(tables.Compositions.Keys.Select(pair => pair.Second));
        tables.MayChange.UnionWith(Enumerable.Range(VowelBase, NumVowels));
        tables.MayChange.UnionWith(Enumerable.Range(TailBase + 1, NumTails - 1));
        return tables;
    }

    private sealed class Tables
    {
        public Dictionary<int, int[]> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public Dictionary<int, byte> Classes { get; } = [];

        public HashSet<int> MayChange { get; } = [];

        public byte Class(int value) => Classes.GetValueOrDefault(value);
    }
}
