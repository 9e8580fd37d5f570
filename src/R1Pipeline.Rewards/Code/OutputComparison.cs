using System.Globalization;

namespace R1Pipeline.Rewards.Code;

/// <summary>Compares what a program wrote with what was expected; always outside the sandbox.</summary>
public sealed class OutputComparison
{
    private readonly Func<string, string, bool> _same;

    private OutputComparison(string name, Func<string, string, bool> same, double epsilon) => (Name, _same, Epsilon) = (name, same, epsilon);

    /// <summary>By how much numbers may differ, absolutely or relative to the expected one; 0: not at all.</summary>
    public double Epsilon { get; }

    /// <summary>The name it was asked for by.</summary>
    public string Name { get; }

    /// <summary>By name: <c>tokens</c> (texts between white space), <c>exact-line</c> (lines without trailing white space, without empty lines at the end),
    /// <c>exact-bytes</c>, <c>float:EPS</c> (tokens; numbers differ by at most EPS, absolutely or relative to the expected one). Null: there is none of this name.</summary>
    public static OutputComparison? Named(string name)
    {
        Func<string, string, bool>? same = name switch
        {
            "tokens" => (expected, actual) => Tokens(expected).SequenceEqual(Tokens(actual)),
            "exact-line" => (expected, actual) => Lines(expected) == Lines(actual),
            "exact-bytes" => (expected, actual) => expected == actual,
            _ => null,
        };
        double epsilon = 0;
        if (name.StartsWith("float:", StringComparison.OrdinalIgnoreCase) && double.TryParse(name.AsSpan(6), NumberStyles.Float, CultureInfo.InvariantCulture, out epsilon) && epsilon >= 0)
        {
            same = (expected, actual) => Close(Tokens(expected), Tokens(actual), epsilon);
        }
        return same is null ? null : new OutputComparison(name, same, epsilon);
    }

    /// <summary>Whether the output is as expected.</summary>
    public bool Same(string expected, string actual) => _same(expected, actual);

    private static string[] Tokens(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string Lines(string text) => string.Join('\n', text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n');

    private static bool Close(string[] expected, string[] actual, double epsilon) => expected.Length == actual.Length
        && expected.Zip(actual).All(pair => pair.First == pair.Second || (Number(pair.First) is { } wanted && Number(pair.Second) is { } found && Math.Abs(wanted - found) <= epsilon * Math.Max(1, Math.Abs(wanted))));

    private static double? Number(string token) => double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;
}
