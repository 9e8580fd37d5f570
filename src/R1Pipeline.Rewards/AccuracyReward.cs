namespace R1Pipeline.Rewards;

/// <summary>Accuracy: whether an answer is the gold one. The full grader for mathematics is not here: a gold that cannot be compared makes the part not applicable.</summary>
public static class AccuracyReward
{
    /// <summary>True, false, or null where the gold cannot be compared with anything. A missing answer (null) is false.</summary>
    public static bool? IsCorrect(string? answer, string gold) => throw new NotSupportedException(gold);
}
