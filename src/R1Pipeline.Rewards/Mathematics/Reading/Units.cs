using System.Collections.Frozen;
using System.Text;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Units of measurement that are recognised by name, each with one canonical name for all its spellings.</summary>
internal static class Units
{
    private static readonly FrozenDictionary<string, string> Canonical = Build(
        "km kilometer kilometers kilometre kilometres kms 千米 公里", "m meter meters metre metres 米", "cm centimeter centimeters centimetre centimetres 厘米", "mm millimeter millimeters millimetre millimetres 毫米",
        "mi mile miles", "ft foot feet", "yd yard yards", "inch inches", "kg kilogram kilograms 千克 公斤", "g gram grams 克", "mg milligram milligrams", "lb lbs pound pounds", "oz ounce ounces", "ton tons tonne tonnes 吨",
        "s sec secs second seconds 秒", "min mins minute minutes 分钟", "h hr hrs hour hours 小时", "day days 天", "week weeks", "month months", "year years 年", "L liter liters litre litres 升", "mL ml milliliter milliliters 毫升", "gal gallon gallons",
        "dollar dollars USD 美元", "cent cents", "euro euros EUR", "yuan 元", "degree degrees deg", "celsius Celsius centigrade", "fahrenheit Fahrenheit", "rad radian radians", "mph", "kph", "Hz", "kHz", "N", "J", "kJ", "W", "kW", "V", "Pa", "kPa", "mol", "K");

    private static readonly FrozenDictionary<string, string> Powers = "平方米=m^2 平方厘米=cm^2 平方千米=km^2 平方公里=km^2 立方米=m^3 立方厘米=cm^3 sqft=ft^2 千米每小时=km/h 米每秒=m/s"
        .Split(' ').Select(pair => pair.Split('=')).ToFrozenDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>Whether the word is a unit.</summary>
    public static bool IsUnit(string word) => Canonical.ContainsKey(word);

    /// <summary>One name for all spellings; the text itself where it is no known unit.</summary>
    public static string Name(string unit) => Canonical.GetValueOrDefault(unit, unit.ToLowerInvariant());

    /// <summary>One text for all spellings of a unit: <c>square meters</c> is <c>m^2</c>, <c>miles per hour</c> is <c>mi/h</c>.</summary>
    public static string Of(IReadOnlyList<Token> tokens)
    {
        var text = new StringBuilder();
        string raised = "";
        int bottom = -1;
        for (int i = 0; i < tokens.Count; i++)
        {
            Token token = tokens[i];
            string word = token.Kind == TokenKind.Number ? token.Number!.Key : token.Text;
            if (token is { Kind: TokenKind.Command }) bottom = i;
            else if (bottom >= 0 && token.Is("{") && tokens[i - 1].Is("}")) (bottom, _) = (-1, text.Append('/'));
            else if (token.Is("{") || token.Is("}")) continue;
            else if (word.ToLowerInvariant() is "square" or "sq") raised = "^2";
            else if (word.ToLowerInvariant() is "cubic" or "cu") raised = "^3";
            else if (Name(word) == "degree" && i + 1 < tokens.Count && Name(tokens[i + 1].Text) is "celsius" or "fahrenheit") continue;
            else if (word.Equals("per", StringComparison.OrdinalIgnoreCase)) text.Append('/');
            else if (word.ToLowerInvariant() is "squared" or "cubed") text.Append(word.StartsWith('s') || word.StartsWith('S') ? "^2" : "^3");
            else
            {
                string name = Powers.GetValueOrDefault(word) ?? string.Join('/', word.Split('/').Select(Name));
                text.Append(token.Kind == TokenKind.Number && i > 0 && tokens[i - 1].Kind == TokenKind.Word ? "^" + name : name + (token.Kind == TokenKind.Word ? raised : ""));
                if (token.Kind == TokenKind.Word) raised = "";
            }
        }

        return text.Append(raised).ToString();
    }

    private static FrozenDictionary<string, string> Build(params string[] groups) =>
        groups.Select(group => group.Split(' ')).SelectMany(names => names.Select(name => (name, names[0]))).ToFrozenDictionary(pair => pair.name, pair => pair.Item2);
}
