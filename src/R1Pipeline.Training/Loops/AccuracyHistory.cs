namespace R1Pipeline.Training.Loops;

/// <summary>Mean accuracy of the first three and of the last three iterations: all that the accuracy gate looks at, so all that a checkpoint keeps.</summary>
/// <param name="FirstThree">Accuracies of iterations 1 to 3, as far as done.</param>
/// <param name="LastThree">Accuracies of the three newest iterations.</param>
public sealed record AccuracyHistory(IReadOnlyList<double> FirstThree, IReadOnlyList<double> LastThree)
{
    private const int Window = 3;

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
}
