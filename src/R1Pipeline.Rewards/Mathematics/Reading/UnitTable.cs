using System.Collections.Frozen;
using System.Globalization;
using R1Pipeline.Rewards.Mathematics.Expressions;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>What units measure and how they convert, also powers and quotients of them (<c>cm^2</c>, <c>km/h</c>). Factors are the exact definitions.</summary>
internal static class UnitTable
{
    // name=dimension*factor to the dimension's base unit: metre, gram, second, litre as a cubic metre, dollar, radian. Degrees of temperature have zeros of their own and convert to nothing.
    private static readonly FrozenDictionary<string, (string Dimension, Expression Factor)> Base = Build("""
        km=L*1000 m=L*1 cm=L*1/100 mm=L*1/1000 mi=L*1609344/1000 ft=L*3048/10000 yd=L*9144/10000 inch=L*254/10000
        kg=M*1000 g=M*1 mg=M*1/1000 lb=M*45359237/100000 oz=M*45359237/1600000 ton=M*1000000
        s=T*1 min=T*60 h=T*3600 day=T*86400 week=T*604800 L=L3*1/1000 mL=L3*1/1000000 gal=L3*3785411784/1000000000000
        dollar=USD*1 cent=USD*1/100 euro=EUR*1 yuan=CNY*1 rad=A*1 Hz=/T*1 kHz=/T*1000 J=J*1 kJ=J*1000 W=W*1 kW=W*1000 Pa=P*1 kPa=P*1000
        month=month*1 year=month*12 N=N*1 V=V*1 mol=mol*1 K=K*1 celsius=celsius*1 fahrenheit=fahrenheit*1
        """);

    private static readonly (string Dimension, Expression Factor) Degree = ("A", new Product([Constant.Pi, new Number(new Rational(1, 180))]));

    /// <summary>Whether every part of a unit is known.</summary>
    public static bool IsKnown(string unit) => Find(unit) is not null;

    /// <summary>What a unit measures and what one of it is in base units; null for an unknown one.</summary>
    public static (string Dimension, Expression Factor)? Find(string unit)
    {
        var powers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var factors = new List<Expression>();
        string[] sides = unit switch { "mph" => ["mi", "h"], "kph" => ["km", "h"], _ => unit.Split('/') };
        if (sides.Length > 2) return null;
        for (int side = 0; side < sides.Length; side++)
        {
            foreach (string part in sides[side].Split('*'))
            {
                string[] raised = part.Split('^');
                int power = 1;
                if (raised.Length > 2 || (raised.Length == 2 && !int.TryParse(raised[1], NumberStyles.None, CultureInfo.InvariantCulture, out power)) || power is < 1 or > 4) return null;
                if (One(raised[0]) is not { } one) return null;
                if (side == 1) power = -power;
                Count(powers, one.Dimension, power);
                factors.Add(new Power(one.Factor, new Number(new Rational(power))));
            }
        }

        string dimension = string.Join('*', powers.Where(pair => pair.Value != 0).Select(pair => $"{pair.Key}^{pair.Value}"));
        return (dimension, new Product(factors));
    }

    private static (string Dimension, Expression Factor)? One(string unit) => unit == "degree" ? Degree : Base.TryGetValue(unit, out (string, Expression) found) ? found : null;

    private static void Count(SortedDictionary<string, int> powers, string dimension, int power)
    {
        (string name, int times) = dimension switch { "L3" => ("L", 3), "/T" => ("T", -1), _ => (dimension, 1) };
        powers[name] = powers.GetValueOrDefault(name) + (times * power);
    }

    private static FrozenDictionary<string, (string, Expression)> Build(string table) =>
        table.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=', '*')).ToFrozenDictionary(entry => entry[0], entry => (entry[1], Factor(entry[2])));

    private static Expression Factor(string text)
    {
        string[] parts = text.Split('/');
        return new Number(new Rational(long.Parse(parts[0], CultureInfo.InvariantCulture), parts.Length == 1 ? 1 : long.Parse(parts[1], CultureInfo.InvariantCulture)));
    }
}
