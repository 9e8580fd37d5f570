using System.Numerics;
using R1Pipeline.Rewards.Mathematics.Expressions;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>Reads a number in Chinese numerals: 四十二, 三千零五, 负七, 三点一四, 二分之一, 百分之五十. Null where the text is anything else.</summary>
internal static class ChineseNumberReader
{
    private const int MaxLength = 40;
    private const string Digits = "零一二三四五六七八九";

    public static Number? Read(string text)
    {
        string bare = text.Trim().Replace('〇', '零').Replace('两', '二').Replace('兩', '二').Replace('負', '负').Replace('點', '点').Replace('萬', '万').Replace('億', '亿');
        if (bare.Length is 0 or > MaxLength) return null;
        bool negative = bare[0] == '负';
        return Unsigned(negative ? bare[1..] : bare) is { } value ? new Number(negative ? value.Negate() : value) : null;
    }

    private static Rational? Unsigned(string text)
    {
        int of = text.IndexOf("分之", StringComparison.Ordinal);
        if (of < 0) return Decimal(text);
        Rational? bottom = text[..of] == "百" ? new Rational(100) : Integer(text[..of]);
        return bottom?.Inverse() is { } inverse && Decimal(text[(of + 2)..]) is { } top ? top.Multiply(inverse) : null;
    }

    private static Rational? Decimal(string text)
    {
        int point = text.IndexOf('点');
        if (point < 0) return Integer(text);
        if (Integer(text[..point]) is not { } whole || point == text.Length - 1) return null;
        BigInteger fraction = BigInteger.Zero;
        foreach (char c in text.AsSpan(point + 1))
        {
            if (Digits.IndexOf(c) is not (>= 0 and var digit)) return null;
            fraction = fraction * 10 + digit;
        }

        return whole.Add(new Rational(fraction, BigInteger.Pow(10, text.Length - point - 1)));
    }

    /// <summary>Sections of ten thousand, each of digits times 千, 百 and 十 in falling order.</summary>
    private static Rational? Integer(string text)
    {
        if (text.Length == 0) return null;
        BigInteger total = BigInteger.Zero;
        int section = 0, digit = -1, unit = 10_000;
        int myriad = 3;
        foreach (char c in text)
        {
            int value = Digits.IndexOf(c);
            int scale = c switch { '十' => 10, '百' => 100, '千' => 1000, _ => 0 };
            int fold = c switch { '万' => 1, '亿' => 2, _ => 0 };
            if (value >= 0)
            {
                if (digit > 0) return null;
                digit = value;
            }
            else if (scale > 0)
            {
                bool ten = scale == 10 && digit < 0 && section == 0;
                if (scale >= unit || (digit <= 0 && !ten)) return null;
                section += (ten ? 1 : digit) * scale;
                (unit, digit) = (scale, -1);
            }
            else if (fold > 0)
            {
                section += Math.Max(digit, 0);
                if (fold >= myriad || section == 0) return null;
                total += section * BigInteger.Pow(10_000, fold);
                (section, digit, unit, myriad) = (0, -1, 10_000, fold);
            }
            else return null;
        }

        return new Rational(total + section + Math.Max(digit, 0));
    }
}
