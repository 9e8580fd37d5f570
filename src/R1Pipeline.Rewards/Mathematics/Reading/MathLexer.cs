using R1Pipeline.Rewards.Mathematics.Expressions;
using R1Pipeline.Rewards.Mathematics.Numbers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>
/// Cuts an answer into tokens, whether it is written in LaTeX, in plain text or in programming notation. One pass; anything that has no meaning in a
/// formula becomes a word. Null where the text is too long or holds more tokens than an answer has.
/// </summary>
internal sealed class MathLexer
{
    /// <summary>Longest text that is read as an answer, in UTF-16 units.</summary>
    public const int MaxLength = 4000;

    private const int MaxTokens = 1500;
    private const int MaxProductLetters = 3;

    private readonly string _text;
    private readonly bool _latex;
    private readonly List<Token> _tokens;
    private int _at;
    private int _brackets;
    private bool _space;

    private MathLexer(string text, bool latex, List<Token> tokens) => (_text, _latex, _tokens) = (text, latex, tokens);

    public static IReadOnlyList<Token>? Read(string text)
    {
        if (text.Length > MaxLength) return null;
        string plain = MathCharacters.Normalize(text);
        var tokens = new List<Token>();
        bool latex = plain.Contains('\\') || plain.Contains("^{", StringComparison.Ordinal) || plain.Contains("_{", StringComparison.Ordinal);
        return new MathLexer(plain, latex, tokens).Run() ? tokens : null;
    }

    private bool Run()
    {
        while (_at < _text.Length && _tokens.Count <= MaxTokens)
        {
            char c = _text[_at];
            if (char.IsWhiteSpace(c) || c is '$' or '~' or '\u200b') Skip();
            else if (c == '\\') Command();
            else if (char.IsAsciiDigit(c) && TakesOneDigit()) Digit(c);
            else if (NumberScanner.Scan(_text, _at, _brackets > 0, out Number? number, out int end)) Add(TokenKind.Number, _text[_at..end], end - _at, number);
            else if (char.IsLetter(c)) Letters();
            else Sign(c);
        }

        return _tokens.Count <= MaxTokens;
    }

    private void Skip()
    {
        // A dollar sign before a number is a currency only where it does not open a formula.
        if (_text[_at] == '$' && _tokens.Count == 0 && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1]) && _text.IndexOf('$', _at + 1) < 0)
        {
            Add(TokenKind.Sign, "＄", 1);
            return;
        }

        _space = true;
        _at++;
    }

    private void Add(TokenKind kind, string text, int length, Number? number = null)
    {
        _tokens.Add(new Token(kind, text, _space, number));
        _space = false;
        _at += length;
    }

    /// <summary><c>\frac12</c> is a half: each argument without braces is one digit.</summary>
    private bool TakesOneDigit()
    {
        if (_tokens.Count == 0) return false;
        if (_tokens[^1] is { Kind: TokenKind.Command, Text: "frac" }) return true;
        return _tokens.Count > 1 && _tokens[^1].Kind == TokenKind.Number && _tokens[^2] is { Kind: TokenKind.Command, Text: "frac" };
    }

    private void Digit(char c) => Add(TokenKind.Number, c.ToString(), 1, new Number(new Rational(c - '0')));

    private void Sign(char c)
    {
        if (c is '(' or '[') _brackets++;
        if (c is ')' or ']') _brackets--;
        string two = _at + 1 < _text.Length ? _text.Substring(_at, 2) : "";
        string? relation = two switch { "<=" => "≤", ">=" => "≥", "!=" => "≠", "==" => "=", ":=" => "=", _ => null };
        if (relation is not null) Add(TokenKind.Relation, relation, 2);
        else if (two == "**") Add(TokenKind.Sign, "^", 2);
        else if (c is '=' or '<' or '>' or '≤' or '≥' or '≠' or '≈' or '∈' or '≡') Add(TokenKind.Relation, c.ToString(), 1);
        else if (two == "..") Ellipsis();
        else Add(TokenKind.Sign, c.ToString(), 1);
    }

    private void Ellipsis()
    {
        int end = _at;
        while (end < _text.Length && _text[end] == '.') end++;
        Add(TokenKind.Name, "…", end - _at);
    }

    private void Letters()
    {
        int end = _at;
        while (end < _text.Length && ((char.IsLetter(_text[end]) && IsHan(_text[end]) == IsHan(_text[_at])) || (_text[end] is '\'' or '’' && end + 1 < _text.Length && end > _at && char.IsLetter(_text[end + 1])))) end++;
        string run = _text[_at..end];
        bool calls = end < _text.Length && _text[end] == '(';
        if (run is "sqrt" or "binom") Add(TokenKind.Command, run, run.Length);
        else if (run is "cbrt" && calls) Add(TokenKind.Function, run, run.Length);
        else if (LatexCommands.Functions.TryGetValue(run, out string? function)) Add(TokenKind.Function, function, run.Length);
        else if (LatexCommands.Names.TryGetValue(run, out string? name) && (run is "pi" or "infinity" or "oo" or "infty" || run.Length > 3)) Add(TokenKind.Name, name, run.Length);
        else if (run.Length == 1) Add(IsHan(run[0]) ? TokenKind.Word : TokenKind.Name, run, 1);
        else if (IsProduct(run)) Add(TokenKind.Name, run[..1], 1);
        else Add(TokenKind.Word, run, run.Length);
    }

    private static bool IsHan(char c) => c is >= '\u3400' and <= '\u9FFF';

    /// <summary>A few letters side by side are a product, unless they are a word or a unit behind a number.</summary>
    private bool IsProduct(string run)
    {
        if (!run.All(char.IsAsciiLetter) || MathWords.IsShortWord(run)) return false;
        bool behindNumber = _tokens.Count > 0 && _tokens[^1].Kind is TokenKind.Number && (Units.IsUnit(run) || MathWords.IsPercent(run));
        return !behindNumber && (run.Length <= MaxProductLetters || run.All(char.IsAsciiLetterUpper));
    }

    private void Command()
    {
        if (_at + 1 >= _text.Length)
        {
            _at++;
            return;
        }

        char next = _text[_at + 1];
        if (char.IsAsciiLetter(next))
        {
            NamedCommand();
            return;
        }

        switch (next)
        {
            case '\\' when DoublesCommand():
                _at++;
                break;
            case '\\':
                Add(TokenKind.Command, "row", 2);
                break;
            case '{' or '}':
                _brackets += next == '{' ? 1 : -1;
                Add(TokenKind.Sign, "\\" + next, 2);
                break;
            case '%':
                Add(TokenKind.Sign, "%", 2);
                break;
            case '$' when _tokens.Count == 0:
                Add(TokenKind.Sign, "＄", 2);
                break;
            case '|':
                Add(TokenKind.Sign, "|", 2);
                break;
            case '(' or ')' or '[' or ']' or '!' or ',' or ';' or ':' or ' ' or '$' or '/':
                _space = true;
                _at += 2;
                break;
            default:
                _at++;
                break;
        }
    }

    /// <summary>Text that went through JSON once too often has every backslash twice; outside an environment two of them before a command are one.</summary>
    private bool DoublesCommand()
    {
        if (_tokens.Any(token => token.Kind == TokenKind.Command && token.Text == "begin")) return false;
        int end = _at + 2;
        while (end < _text.Length && char.IsAsciiLetter(_text[end])) end++;
        return end > _at + 2 && IsKnown(_text[(_at + 2)..end]);
    }

    private static bool IsKnown(string name) =>
        LatexCommands.Signs.ContainsKey(name) || LatexCommands.Relations.ContainsKey(name) || LatexCommands.Structures.ContainsKey(name) || LatexCommands.Looks.Contains(name)
        || LatexCommands.Texts.Contains(name) || LatexCommands.Functions.ContainsKey(name) || LatexCommands.Names.ContainsKey(name) || name is "begin" or "overline" or "mathbb";

    private void NamedCommand()
    {
        int end = _at + 1;
        while (end < _text.Length && char.IsAsciiLetter(_text[end])) end++;
        string name = _text[(_at + 1)..end];
        if (!IsKnown(name) && name is not ("end" or "limits" or "pounds" or "euro"))
        {
            // A command glued to the letters behind it: \quadx.
            int prefix = name.Length - 1;
            while (prefix > 1 && !IsKnown(name[..prefix])) prefix--;
            if (prefix > 1) (name, end) = (name[..prefix], _at + 1 + prefix);
        }

        if (LatexCommands.Signs.TryGetValue(name, out string? sign)) Add(sign is "and" or "or" ? TokenKind.Word : TokenKind.Sign, sign, end - _at);
        else if (LatexCommands.Relations.TryGetValue(name, out string? relation)) Add(TokenKind.Relation, relation, end - _at);
        else if (LatexCommands.Structures.TryGetValue(name, out string? structure)) Add(TokenKind.Command, structure, end - _at);
        else if (LatexCommands.Functions.TryGetValue(name, out string? function)) Add(TokenKind.Function, function, end - _at);
        else if (LatexCommands.Names.TryGetValue(name, out string? symbol)) Add(TokenKind.Name, symbol, end - _at);
        else if (LatexCommands.Texts.Contains(name)) Text(end);
        else if (name is "begin" or "end") Environment(name, end);
        else if (name == "mathbb") Blackboard(end);
        else if (LatexCommands.Looks.Contains(name)) Look(name, end);
        else if (name == "overline") _at = end;
        else Add(TokenKind.Name, "\\" + name, end - _at);
    }

    private void Look(string name, int end)
    {
        _space = _space || name.EndsWith("quad", StringComparison.Ordinal);
        _at = end;

        // \left. is a bracket that is not there.
        if (name is "left" or "right" && _at < _text.Length && _text[_at] == '.') _at++;
    }

    private void Blackboard(int end)
    {
        string? group = Group(end, out int after);
        while (group is null && end < _text.Length && _text[end] == ' ') end++;
        if (group is null && end < _text.Length) (group, after) = (_text.Substring(end, 1), end + 1);
        Add(TokenKind.Name, "𝔹" + group?.Trim(), after - _at);
    }

    private void Environment(string name, int end)
    {
        string kind = Group(end, out int after)?.Trim() ?? "";
        if (name == "begin" && kind == "array" && Group(after, out int columns) is not null) after = columns;
        bool matrix = kind is "matrix" or "pmatrix" or "bmatrix" or "Bmatrix" or "vmatrix" or "Vmatrix" or "smallmatrix" or "array" or "cases";
        if (name == "begin" && kind is "vmatrix") Add(TokenKind.Function, "det", 0);
        if (matrix) Add(TokenKind.Command, name, after - _at);
        else _at = after;
    }

    /// <summary>Words in a formula. With digits or a single letter in them they are a formula set in roman.</summary>
    private void Text(int end)
    {
        string? content = Group(end, out int after);
        if (content is null)
        {
            _at = end;
            return;
        }

        string words = content.Trim();
        bool formula = words.Any(char.IsAsciiDigit) || words.Length == 1 || LatexCommands.Functions.ContainsKey(words) || words.Any(c => c is '(' or '\\' or '$' or '^');
        bool behind = _tokens.Count > 0 && _tokens[^1].Kind is TokenKind.Number;
        if (words.Length == 1 && behind && Units.IsUnit(words)) formula = false;
        _space = true;
        if (formula) new MathLexer(words, _latex, _tokens) { _space = true }.Run();
        else
        {
            foreach (string word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                string bare = word.TrimEnd(',', ';');
                _space = true;
                if (bare.Length > 0) Add(TokenKind.Word, bare, 0);
                if (bare.Length < word.Length) Add(TokenKind.Sign, word[^1..], 0);
            }
        }

        _at = after;
        _space = true;
    }

    /// <summary>The content of the balanced group that starts here, after white space.</summary>
    private string? Group(int at, out int after)
    {
        after = at;
        while (at < _text.Length && _text[at] == ' ') at++;
        if (at >= _text.Length || _text[at] != '{') return null;
        int depth = 0;
        for (int i = at; i < _text.Length; i++)
        {
            depth += _text[i] == '{' ? 1 : _text[i] == '}' ? -1 : 0;
            if (depth > 0) continue;
            after = i + 1;
            return _text[(at + 1)..i];
        }

        return null;
    }
}
