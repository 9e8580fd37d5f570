using System.Buffers;
using System.Numerics;
using System.Text.Json;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Tasks;

/// <summary>
/// The countdown game: an expression of digits, + - * / and brackets that uses every given number exactly once and equals the target, in exact fractions.
/// The expression is read by a parser of this grammar and nothing else: sum = term {(+|-) term}; term = factor {(*|/) factor}; factor = [-] (integer | "(" sum ")").
/// </summary>
internal sealed class Countdown
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789+-*/() ");

    private const int MaxLength = 1000;
    private const int MaxDepth = 64;

    private readonly BigInteger[] _numbers;
    private readonly Rational _target;

    private Countdown(IEnumerable<BigInteger> numbers, BigInteger target) => (_numbers, _target) = ([.. numbers.Order()], new Rational(target));

    /// <summary>The game of a gold; null where it is none.</summary>
    public static Countdown? Read(string gold)
    {
        if (VerifiableTasks.Json(gold) is not { ValueKind: JsonValueKind.Object } game) return null;
        if (!game.TryGetProperty("numbers", out JsonElement numbers) || numbers.ValueKind != JsonValueKind.Array || numbers.GetArrayLength() == 0) return null;
        if (!game.TryGetProperty("target", out JsonElement target) || Integer(target) is not { } wanted) return null;
        BigInteger?[] given = [.. numbers.EnumerateArray().Select(Integer)];
        return given.Contains(null) ? null : new Countdown(given.Select(number => number!.Value), wanted);
    }

    /// <summary>Null where the expression solves the game; else what is wrong with it.</summary>
    public string? Check(string expression)
    {
        string text = expression.Trim();
        if (text.Length > MaxLength) return "the expression is too long";
        if (text.AsSpan().IndexOfAnyExcept(Allowed) is >= 0 and var at) return $"'{text[at]}' does not belong to an expression";
        var parser = new Parser(text);
        Rational? value = parser.Whole();
        if (parser.Problem is { } problem) return problem;
        if (!parser.Used.Order().SequenceEqual(_numbers)) return "the numbers used are not the numbers given";
        return value == _target ? null : $"its value is {value}";
    }

    private static BigInteger? Integer(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 ? number : null;

    private sealed class Parser(string text)
    {
        private int _at;
        private int _depth;

        public List<BigInteger> Used { get; } = [];

        public string? Problem { get; private set; }

        public Rational? Whole()
        {
            Rational? value = Sum();
            return value is null || Next() is null ? value : Fail($"'{Next()}' does not continue an expression");
        }

        private Rational? Sum()
        {
            Rational? total = Term();
            while (total is not null && Next() is '+' or '-')
            {
                bool minus = text[_at++] == '-';
                total = Term() is { } term ? Bounded(total.Value.Add(minus ? term.Negate() : term)) : null;
            }

            return total;
        }

        private Rational? Term()
        {
            Rational? total = Factor();
            while (total is not null && Next() is '*' or '/')
            {
                bool divide = text[_at++] == '/';
                if (Factor() is not { } factor) return null;
                if (divide && factor.IsZero) return Fail("a division by zero");
                total = Bounded(total.Value.Multiply(divide ? factor.Inverse()!.Value : factor));
            }

            return total;
        }

        private Rational? Factor()
        {
            if (++_depth > MaxDepth) return Fail("brackets are nested too deep");
            Rational? value;
            switch (Next())
            {
                case '-':
                    _at++;
                    value = Factor()?.Negate();
                    break;
                case '(':
                    _at++;
                    value = Sum();
                    if (value is not null && Next() != ')') value = Fail("a bracket is not closed");
                    else _at++;
                    break;
                case >= '0' and <= '9':
                    value = Number();
                    break;
                case var other:
                    value = Fail(other is null ? "the expression ends too early" : $"'{other}' does not start a number");
                    break;
            }

            _depth--;
            return value;
        }

        private Rational Number()
        {
            int start = _at;
            while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
            BigInteger number = BigInteger.Parse(text.AsSpan(start, _at - start), System.Globalization.CultureInfo.InvariantCulture);
            Used.Add(number);
            return new Rational(number);
        }

        private char? Next()
        {
            while (_at < text.Length && text[_at] == ' ') _at++;
            return _at < text.Length ? text[_at] : null;
        }

        private Rational? Bounded(Rational? value) => value ?? Fail("a value is too long");

        private Rational? Fail(string problem)
        {
            Problem ??= problem;
            return null;
        }
    }
}
