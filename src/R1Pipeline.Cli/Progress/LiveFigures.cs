using R1Pipeline.Orchestration.Reports;

namespace R1Pipeline.Cli.Progress;

/// <summary>The few figures of a running stage that tell whether it learns, in one short text.</summary>
internal static class LiveFigures
{
    private static readonly string[] Preferred = ["reward", "accuracy", "kl", "entropy", "response-tokens", "loss"];

    /// <summary>At most five of them, the telling ones first: <c>reward 2.31 · accuracy .875 · …</c>.</summary>
    public static string Text(IReadOnlyDictionary<string, double> figures)
    {
        var names = Preferred.Where(figures.ContainsKey).ToList();
        if (names.Count == 0) names = [.. figures.Keys.Order(StringComparer.Ordinal)];
        return string.Join(" · ", names.Take(5).Select(name => $"{name} {Figures.Any(figures[name])}"));
    }
}
