namespace R1Pipeline.Training.Loops;

/// <summary>Mean accuracy of the first three and of the last three iterations: all that the accuracy gate looks at, so all that a checkpoint keeps.</summary>
/// <param name="FirstThree">Accuracies of iterations 1 to 3, as far as done.</param>
/// <param name="LastThree">Accuracies of the three newest iterations.</param>
public sealed record AccuracyHistory(IReadOnlyList<double> FirstThree, IReadOnlyList<double> LastThree)
{
    private const int Window = 3;
    private const string FirstKey = "accuracy-first-", LastKey = "accuracy-last-";

    /// <summary>Nothing done yet.</summary>
    public static AccuracyHistory Empty { get; } = new([], []);

    /// <summary>Mean of the first three.</summary>
    public double First => FirstThree.Count == 0 ? double.NaN : FirstThree.Average();

    /// <summary>Mean of the last three.</summary>
    public double Recent => LastThree.Count == 0 ? double.NaN : LastThree.Average();

    /// <summary>How much it rose; NaN where no rollout was graded for accuracy, which no gate accepts.</summary>
    public double Gain => Recent - First;

    /// <summary>The history with one more iteration.</summary>
    public AccuracyHistory Add(double accuracy) => new(
        FirstThree.Count < Window ? [.. FirstThree, accuracy] : FirstThree,
        [.. LastThree.TakeLast(Window - 1), accuracy]);

    /// <summary>The history as named figures of a checkpoint.</summary>
    public IReadOnlyDictionary<string, double> ToValues()
    {
        var values = new Dictionary<string, double>();
        for (int i = 0; i < FirstThree.Count; i++) values[FirstKey + i] = FirstThree[i];
        for (int i = 0; i < LastThree.Count; i++) values[LastKey + i] = LastThree[i];
        return values;
    }

    /// <summary>The history that <see cref="ToValues"/> named.</summary>
    public static AccuracyHistory FromValues(IReadOnlyDictionary<string, double> values)
    {
        double[] Named(string key) => [.. Enumerable.Range(0, Window).TakeWhile(i => values.ContainsKey(key + i)).Select(i => values[key + i])];
        return new AccuracyHistory(Named(FirstKey), Named(LastKey));
    }
}
