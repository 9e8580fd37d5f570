using System.Globalization;
using System.Text.RegularExpressions;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>
/// Template text to tokens, with Jinja's white space rules as chat templates are compiled: <c>trim_blocks</c> (the newline after a block or a comment
/// goes), <c>lstrip_blocks</c> (blanks before a block or comment that begins its line go), <c>-</c> and <c>+</c> signs, one newline at the very end goes.
/// </summary>
internal sealed partial class Lexer
{
    private static readonly string[] Operators = ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    /// <summary>A name is looked up as often as it is met.</summary>
    private const int MaxNameCharacters = 1024;

    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private int _counted;

    // Whether what stands before the current text ended with a newline.
    private bool _lineStarts = true;

    private Lexer(string text) => _text = text;

    public static List<Token> Tokenize(string template)
    {
        string text = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (text.EndsWith('\n')) text = text[..^1];
        var lexer = new Lexer(text);
        while (lexer._at < text.Length) lexer.Root();
        lexer.Add(TokenKind.End, "");
        return lexer._tokens;
    }

    /// <summary>Text up to the next tag, and the tag.</summary>
    private void Root()
    {
        int tag = NextTag(_at);
        if (tag < 0)
        {
            Text(_text[_at..]);
            _at = _text.Length;
            return;
        }

        char kind = _text[tag + 1];
        string sign = SignAt(tag + 2);
        Text(Stripped(_text[_at..tag], sign, isVariable: kind == '{'));
        _at = tag + 2 + sign.Length;
        switch (kind)
        {
            case '#':
                Comment();
                break;
            case '{':
                Tag(TokenKind.VariableBegin, TokenKind.VariableEnd, "}}");
                break;
            default:
                if (!Raw()) Tag(TokenKind.BlockBegin, TokenKind.BlockEnd, "%}");
                break;
        }
    }

    private int NextTag(int from)
    {
        for (int at = from; (at = _text.IndexOf('{', at)) >= 0 && at + 1 < _text.Length; at++)
        {
            if (_text[at + 1] is '{' or '%' or '#') return at;
        }

        return -1;
    }

    private string SignAt(int at) => at < _text.Length && _text[at] is '-' or '+' ? _text[at].ToString() : "";

    private string Stripped(string text, string sign, bool isVariable)
    {
        if (sign == "-") return PythonText.TrimEnd(text);
        if (sign == "+" || isVariable) return text;
        int line = text.LastIndexOf('\n') + 1;
        bool blank = text.AsSpan(line).Length > 0 && PythonText.IsSpace(text.AsSpan(line));
        return blank && (line > 0 || _lineStarts) ? text[..line] : text;
    }

    private void Text(string text)
    {
        if (text.Length > 0) Add(TokenKind.Data, text);
    }

    private void Comment()
    {
        int end = _text.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0) throw new JinjaException("a comment is not closed", LineAt(_at));
        char sign = end > _at ? _text[end - 1] : ' ';
        Close(end + 2, sign, trimsNewline: true);
    }

    private bool Raw()
    {
        int at = SkipSpace(_at);
        if (!Word(at, "raw", out int after)) return false;
        int close = SkipSpace(after);
        char sign = close < _text.Length && _text[close] == '-' ? '-' : ' ';
        if (sign == '-') close++;
        if (!At(close, "%}")) return false;
        int begin = sign == '-' ? SkipSpace(close + 2) : close + 2;
        for (int end = begin; (end = _text.IndexOf("{%", end, StringComparison.Ordinal)) >= 0; end++)
        {
            string endSign = SignAt(end + 2);
            int word = SkipSpace(end + 2 + endSign.Length);
            if (!Word(word, "endraw", out int afterWord)) continue;
            int tail = SkipSpace(afterWord);
            char tailSign = tail < _text.Length && _text[tail] is '-' or '+' ? _text[tail] : ' ';
            if (tailSign != ' ') tail++;
            if (!At(tail, "%}")) continue;
            _lineStarts = begin > 0 && _text[begin - 1] == '\n';
            Text(Stripped(_text[begin..end], endSign, isVariable: false));
            Close(tail + 2, tailSign, trimsNewline: true);
            return true;
        }

        throw new JinjaException("a raw block is not closed", LineAt(_at));
    }

    private void Tag(TokenKind begin, TokenKind end, string close)
    {
        Add(begin, "");
        int opened = _line;
        var brackets = new Stack<char>();
        while (true)
        {
            _at = SkipSpace(_at);
            if (_at >= _text.Length) throw new JinjaException($"a tag is not closed with {close}", opened);
            char c = _text[_at];
            if (brackets.Count == 0 && (At(_at, close) || (c is '-' && At(_at + 1, close)) || (c is '+' && close == "%}" && At(_at + 1, close))))
            {
                int length = c is '-' or '+' ? 3 : 2;
                Add(end, close);
                Close(_at + length, c, trimsNewline: close == "%}");
                return;
            }

            if (IsNameChar(c) && !char.IsAsciiDigit(c)) Name();
            else if (char.IsAsciiDigit(c)) Number();
            else if (c is '\'' or '"') String(c);
            else Operator(brackets);
        }
    }

    /// <summary>Goes on after a tag's end.</summary>
    private void Close(int at, char sign, bool trimsNewline)
    {
        if (sign == '-') at = SkipSpace(at);
        else if (sign != '+' && trimsNewline && at < _text.Length && _text[at] == '\n') at++;
        _lineStarts = _text[at - 1] == '\n';
        _at = at;
    }

    private void Name()
    {
        int start = _at;
        while (_at < _text.Length && IsNameChar(_text[_at])) _at++;
        if (_at - start > MaxNameCharacters) throw new JinjaException($"a name has {_at - start} characters, at most {MaxNameCharacters} are accepted", LineAt(start));
        Add(TokenKind.Name, _text[start.._at]);
    }

    private void Number()
    {
        Match real = _text[_at - 1] == '.' ? Match.Empty : RealNumber().Match(_text, _at);
        string written = real.Success ? real.Value : WholeNumber().Match(_text, _at).Value, digits = written.Replace("_", "", StringComparison.Ordinal);
        object number = real.Success ? double.Parse(digits, CultureInfo.InvariantCulture)
            : Whole(digits) ?? throw new JinjaException($"the number {digits[..Math.Min(digits.Length, 40)]} is too large", LineAt(_at));
        Add(TokenKind.Number, digits, number);
        _at += written.Length;
    }

    private static object? Whole(string digits)
    {
        int radix = digits.Length == 1 ? 10 : char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        Int128 whole = 0;
        foreach (char digit in digits.AsSpan(radix == 10 ? 0 : 2))
        {
            whole = (whole * radix) + Convert.ToInt32(digit.ToString(), 16);
            if (whole > long.MaxValue) return null;
        }

        return (long)whole;
    }

    private void String(char quote)
    {
        int start = ++_at;
        while (_at < _text.Length && _text[_at] != quote) _at += _text[_at] == '\\' ? 2 : 1;
        if (_at >= _text.Length) throw new JinjaException("a string is not closed", LineAt(start));
        Add(TokenKind.String, StringEscapes.Unescape(_text[start.._at], LineAt(start)));
        _at++;
    }

    private void Operator(Stack<char> brackets)
    {
        string found = Operators.FirstOrDefault(text => At(_at, text)) ?? throw new JinjaException($"unexpected character {_text[_at]}", LineAt(_at));
        switch (found)
        {
            case "(" or "[" or "{":
                brackets.Push(found == "(" ? ')' : found == "[" ? ']' : '}');
                break;
            case ")" or "]" or "}" when brackets.Count == 0 || brackets.Pop() != found[0]:
                throw new JinjaException($"unexpected '{found}'", LineAt(_at));
        }

        Add(TokenKind.Operator, found);
        _at += found.Length;
    }

    private void Add(TokenKind kind, string text, object? number = null) => _tokens.Add(new Token(kind, text, LineAt(Math.Min(_at, _text.Length)), number));

    private int LineAt(int at)
    {
        for (; _counted < at; _counted++)
        {
            if (_text[_counted] == '\n') _line++;
        }

        return _line;
    }

    private int SkipSpace(int at)
    {
        while (at < _text.Length && PythonText.IsSpace(_text[at])) at++;
        return at;
    }

    private bool Word(int at, string word, out int after)
    {
        after = at + word.Length;
        return At(at, word);
    }

    private bool At(int at, string text) => string.CompareOrdinal(_text, at, text, 0, text.Length) == 0 && at + text.Length <= _text.Length;

    private static bool IsNameChar(char c) => c == '_' || char.IsLetterOrDigit(c);

    [GeneratedRegex(@"\G(0b(_?[01])+|0o(_?[0-7])+|0x(_?[0-9a-f])+|[1-9](_?[0-9])*|0(_?0)*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"\G([0-9]+_)*[0-9]+((\.([0-9]+_)*[0-9]+)?e[+-]?([0-9]+_)*[0-9]+|\.([0-9]+_)*[0-9]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex RealNumber();
}
