using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;

namespace R1Pipeline.Data.Generators;

/// <summary>A worked addition: three lines from the ones upwards and the sum, clean or with the corpus's faults. What the wrong working gives is what it ends with.</summary>
internal static class AdditionWorking
{
    /// <summary>The clean chain of thought.</summary>
    public static string Clean(AdditionPair pair, AdditionPhrases phrases)
    {
        var lines = new List<string>(4);
        int carry = 0;
        for (int place = 0; place < 3; place++)
        {
            (int a, int b) = Digits(pair, place);
            int sum = a + b + carry;
            lines.Add(Line(phrases, place, a, b, carry, sum, sum / 10));
            carry = sum / 10;
        }

        lines.Add(phrases.SumIs(pair.Gold));
        return string.Join(' ', lines);
    }

    /// <summary>
    /// A corpus document's chain of thought and its final number. Careless authors drop due carries throughout the document, every author slips
    /// now and then; a code-switching author draws the language anew for each line.
    /// </summary>
    public static (string Text, string Number) Noisy(AdditionPair pair, AdditionPhrases phrases, bool switchesLanguage, AdditionOptions options, ref RandomStream random)
    {
        bool careless = random.NextBool(options.Careless);
        var lines = new List<string>(4);
        int carry = 0;
        int result = 0;
        int weight = 1;
        for (int place = 0; place < 3; place++)
        {
            AdditionPhrases language = LineLanguage(phrases, switchesLanguage, ref random);
            (int a, int b) = Digits(pair, place);
            int sum = a + b + carry;
            if (random.NextBool(options.LineSlip)) sum = Slip(sum, ref random);
            int next = sum / 10;
            if (next > 0 && careless && random.NextBool(options.DropCarry)) next = 0;
            lines.Add(Line(language, place, a, b, carry, sum, next));
            result += sum % 10 * weight;
            weight *= 10;
            carry = next;
        }

        result += carry * weight;
        string number = AdditionPair.Spaced(result);
        if (random.NextBool(options.CopySlip)) number = ReplaceDigit(number, ref random);
        lines.Add(LineLanguage(phrases, switchesLanguage, ref random).SumIs(number));
        return (string.Join(' ', lines), number);
    }

    /// <summary>One digit, uniform in position, replaced by another.</summary>
    public static string ReplaceDigit(string spaced, ref RandomStream random)
    {
        char[] text = spaced.ToCharArray();
        int position = 2 * random.NextInt((spaced.Length + 1) / 2);
        text[position] = (char)('0' + ((text[position] - '0' + 1 + random.NextInt(9)) % 10));
        return new string(text);
    }

    private static AdditionPhrases LineLanguage(AdditionPhrases phrases, bool switches, ref RandomStream random) =>
        switches ? AdditionPhrases.Of(random.NextBool(0.5)) : phrases;

    private static int Slip(int sum, ref RandomStream random)
    {
        int size = 1 + random.NextInt(2);
        return Math.Max(0, random.NextBool(0.5) ? sum + size : sum - size);
    }

    private static (int A, int B) Digits(AdditionPair pair, int place)
    {
        int weight = place switch { 0 => 1, 1 => 10, _ => 100 };
        return (pair.A / weight % 10, pair.B / weight % 10);
    }

    private static string Line(AdditionPhrases phrases, int place, int a, int b, int carry, int sum, int next)
    {
        string carryTerm = place == 0 ? "" : $" + {carry}";
        return $"{phrases.Places[place]} {phrases.Colon} {a} + {b}{carryTerm} = {AdditionPair.Spaced(sum)} {phrases.Comma} {phrases.Carry} {next} {phrases.Stop}";
    }
}
