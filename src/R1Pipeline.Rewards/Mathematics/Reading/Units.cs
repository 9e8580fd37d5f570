using System.Collections.Frozen;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Units of measurement that are recognised by name, each with one canonical name for all its spellings.</summary>
internal static class Units
{
    private static readonly FrozenDictionary<string, string> Canonical = Build(
        "km kilometer kilometers kilometre kilometres 千米 公里", "m meter meters metre metres 米", "cm centimeter centimeters centimetre centimetres 厘米", "mm millimeter millimeters millimetre millimetres 毫米",
        "mi mile miles", "ft foot feet", "yd yard yards", "inch inches", "kg kilogram kilograms 千克 公斤", "g gram grams 克", "mg milligram milligrams", "lb lbs pound pounds", "oz ounce ounces", "ton tons tonne tonnes 吨",
        "s sec secs second seconds 秒", "min mins minute minutes 分钟", "h hr hrs hour hours 小时", "day days 天", "week weeks", "month months", "year years 年", "L liter liters litre litres 升", "mL ml milliliter milliliters 毫升", "gal gallon gallons",
        "dollar dollars USD 美元", "cent cents", "euro euros EUR", "yuan 元", "degree degrees deg", "rad radian radians", "mph", "kph", "Hz", "kHz", "N", "J", "kJ", "W", "kW", "V", "Pa", "kPa", "mol", "K");

    /// <summary>Whether the word is a unit.</summary>
    public static bool IsUnit(string word) => Canonical.ContainsKey(word);

    /// <summary>One name for all spellings; the text itself where it is no known unit.</summary>
    public static string Name(string unit) => Canonical.GetValueOrDefault(unit, unit.ToLowerInvariant());

    private static FrozenDictionary<string, string> Build(params string[] groups) =>
        groups.Select(group => group.Split(' ')).SelectMany(names => names.Select(name => (name, names[0]))).ToFrozenDictionary(pair => pair.name, pair => pair.Item2);
}
