using System.Globalization;

namespace R1Pipeline.Rewards.Answers;

/// <summary>
/// The value of a closed form: numbers, + - * / ^, <c>\frac</c>, <c>\sqrt</c>, <c>\pi</c>, parentheses and multiplication without a sign. Recursive
/// descent over text without white space, limited in depth; anything else (a variable, an index, a comma) is no closed form.
/// </summary>
internal ref struct ClosedForm
{
    private const int MaxDepth = 40;

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;
    private bool _failed;

    private ClosedForm(ReadOnlySpan<char> text) => _text = text;

    /// <summary>The finite value of the whole text; null when it is no closed form.</summary>
    public static double? Evaluate(string text)
    {
        var form = new ClosedForm(text);
        double value = form.Sum();
        return form._failed || form._at < text.Length || !double.IsFinite(value) ? null : value;
    }

    private double Sum()
    {
        if (++_depth > MaxDepth) return Fail();
        double sum = Product();
        while (!_failed)
        {
            if (Take("+")) sum += Product();
            else if (Take("-")) sum -= Product();
            else break;
        }

        _depth--;
        return sum;
    }

    private double Product()
    {
        if (Take("-")) return -Product();
        if (Take("+")) return Product();
        double product = Power();
        while (!_failed && _at < _text.Length)
        {
            if (Take("*") || Take(@"\cdot") || Take(@"\times")) product *= SignedPower();
            else if (Take("/") || Take(@"\div")) product /= SignedPower();
            else if (StartsFactor()) product *= Power();
            else break;
        }

        return product;
    }

    private double SignedPower() => Take("-") ? -Power() : Power();

    private double Power()
    {
        double value = Atom();
        return !_failed && Take("^") ? Math.Pow(value, Argument()) : value;
    }

    private double Atom()
    {
        if (Take("(")) return Closed(")");
        if (Take("{")) return Closed("}");
        if (Take(@"\frac"))
        {
            double top = Argument();
            return top / Argument();
        }

        if (Take(@"\sqrt")) return Root();
        return Take(@"\pi") || Take("π") ? Math.PI : Number();
    }

    private double Root()
    {
        double degree = Take("[") ? Closed("]") : 2;
        double value = Argument();
        return degree == 2 ? Math.Sqrt(value) : degree == 3 ? Math.Cbrt(value) : Math.Pow(value, 1 / degree);
    }

    /// <summary>What a command or an exponent applies to: a group, a command, or one digit (<c>\frac12</c>, <c>x^23</c> is x² times 3).</summary>
    private double Argument()
    {
        if (_failed || _at >= _text.Length || ++_depth > MaxDepth) return Fail();
        double value = char.IsAsciiDigit(_text[_at]) ? _text[_at++] - '0' : Atom();
        _depth--;
        return value;
    }

    private double Closed(string bracket)
    {
        double value = Sum();
        return Take(bracket) ? value : Fail();
    }

    private double Number()
    {
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] == '.')) _at++;
        return double.TryParse(_text[start.._at], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) ? value : Fail();
    }

    /// <summary>Whether multiplication goes on without a sign; a digit does not multiply what stands before it.</summary>
    private readonly bool StartsFactor() => _text[_at] is '(' or '{' or 'π' || StartsWith(@"\sqrt") || StartsWith(@"\pi") || StartsWith(@"\frac");

    private bool Take(string token)
    {
        if (!StartsWith(token)) return false;
        _at += token.Length;
        return true;
    }

    private readonly bool StartsWith(string token) => _text[_at..].StartsWith(token, StringComparison.Ordinal);

    private double Fail()
    {
        _failed = true;
        return double.NaN;
    }
}
