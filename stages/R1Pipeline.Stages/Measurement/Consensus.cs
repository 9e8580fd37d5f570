namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// Majority vote over the samples of one problem (cons@k). A sample without an extracted answer has no vote.
/// Ties go to the answer that was given first, so the result does not depend on any order but the samples' own.
/// </summary>
internal static class Consensus
{
    /// <summary>Whether the winning answer is right; false when no sample has a vote.</summary>
    /// <param name="samples">All samples of one problem, in sample order.</param>
    public static bool IsCorrect(IReadOnlyList<GradedSample> samples)
    {
        var winner = samples
            .Where(sample => sample.Vote is not null)
            .GroupBy(sample => sample.Vote, StringComparer.Ordinal)     // groups keep the order of their first member
            .MaxBy(votes => votes.Count());                             // the first of equals wins
        return winner is not null && winner.First().Correct;
    }
}
