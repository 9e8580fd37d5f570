using System.Globalization;

namespace R1Pipeline.StageHost.Faults;

/// <summary>One entry of <c>R1_FAULT</c>: <c>[STAGE:][ATTEMPT:]NAME=N</c>. Says whom it is for, strikes nobody itself.</summary>
/// <param name="Stage">The stage it is for; null: every one.</param>
/// <param name="Attempt">The attempt it is for; null (<c>*</c>): every one.</param>
/// <param name="Name">What happens, or <c>ACT@POINT</c>.</param>
/// <param name="Number">When, or how much.</param>
internal sealed record Fault(string? Stage, int? Attempt, string Name, long Number)
{
    /// <summary>Slows every attempt down; anything else strikes the first one unless it says another, so that the retry gets through.</summary>
    public const string Slow = "slow-ms";

    private const string EveryAttempt = "*";

    /// <summary>The faults of a comma-separated list. Those of the process that owns the worker are among them, and are nobody's here.</summary>
    public static IReadOnlyList<Fault> ParseAll(string? text) =>
        [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    /// <summary>Whether it is meant for that attempt.</summary>
    public bool IsFor(string stage, int attempt) => (Stage is null || Stage == stage) && (Attempt is null || Attempt == attempt);

    private static Fault Parse(string text)
    {
        string[] sides = text.Split('=');
        string[] address = sides[0].Split(':');
        string name = address[^1];
        string? stage = null;
        int? attempt = name == Slow ? null : 1;
        foreach (string part in address[..^1])
        {
            if (part == EveryAttempt) attempt = null;
            else if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) attempt = number;
            else stage = part;
        }
        return new Fault(stage, attempt, name, long.Parse(sides[1], CultureInfo.InvariantCulture));
    }
}
