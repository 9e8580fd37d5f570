namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>A template that cannot be parsed or rendered: a syntax error, an unsupported construct, a failed operation or <c>raise_exception</c>.</summary>
public sealed class JinjaException : Exception
{
    internal JinjaException(string message, int? line = null)
        : base(line is null ? message : $"line {line}: {message}") => Line = line;

    /// <summary>Line of the template, from 1; null where none is to blame.</summary>
    public int? Line { get; }
}
