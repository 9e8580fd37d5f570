namespace R1Pipeline.Training.Loops;

/// <summary>The figures of the newest iterations: all that the alarms look at, so all that a checkpoint keeps of them.</summary>
/// <param name="Iterations">Figures by name, oldest iteration first.</param>
public sealed record FigureHistory(IReadOnlyList<IReadOnlyDictionary<string, double>> Iterations)
{
    private const string Key = "figures-";

    /// <summary>Nothing done yet.</summary>
    public static FigureHistory Empty { get; } = new([]);

    /// <summary>The history with one more iteration, no longer than <paramref name="window"/>.</summary>
    public FigureHistory Add(IReadOnlyDictionary<string, double> figures, int window) => new([.. Iterations.TakeLast(window - 1), figures]);

    /// <summary>The history as named figures of a checkpoint.</summary>
    public IReadOnlyDictionary<string, double> ToValues() =>
        Iterations.SelectMany((figures, i) => figures.Select(figure => KeyValuePair.Create($"{Key}{i}/{figure.Key}", figure.Value))).ToDictionary();

    /// <summary>The history that <see cref="ToValues"/> named.</summary>
    public static FigureHistory FromValues(IReadOnlyDictionary<string, double> values) => new(
    [
        .. values.Where(value => value.Key.StartsWith(Key, StringComparison.Ordinal))
            .Select(value => (Parts: value.Key[Key.Length..].Split('/', 2), value.Value))
            .GroupBy(value => int.Parse(value.Parts[0]), value => KeyValuePair.Create(value.Parts[1], value.Value))
            .OrderBy(iteration => iteration.Key)
            .Select(iteration => iteration.ToDictionary()),
    ]);
}
