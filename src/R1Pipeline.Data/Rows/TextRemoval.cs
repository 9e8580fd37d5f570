using System.Text.RegularExpressions;
using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Rows;

/// <summary>The <c>remove</c> expressions of a source. They run in linear time; one that needs backtracking (lookaround, back references) runs under a time limit.</summary>
internal sealed class TextRemoval
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<Regex> _expressions;

    public TextRemoval(string source, IReadOnlyList<string> patterns) => _expressions = [.. patterns.Select(pattern => Build(source, pattern))];

    /// <summary>The text without all matches, one expression after the other. Throws RegexMatchTimeoutException.</summary>
    public string Apply(string text)
    {
        foreach (Regex expression in _expressions) text = expression.Replace(text, "");
        return text;
    }

    private static Regex Build(string source, string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Limit);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, Limit);
        }
        catch (ArgumentException e)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"data source {source}: remove has no valid regular expression: {e.Message}", e);
        }
    }
}
