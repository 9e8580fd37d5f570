using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Stages.Rows;

namespace R1Pipeline.Stages.RejectionSampling;

/// <summary>The general (non-reasoning) rows that are merged with the kept outputs, about a quarter to a third in the paper (r1-recipe.md 9).</summary>
internal static class GeneralRows
{
    /// <summary>How many general rows go with <paramref name="numKept"/> reasoning rows.</summary>
    public static int NumWanted(RejectionSamplingOptions options, int numKept) =>
        numKept == 0 && options.GeneralShare > 0 ? options.GeneralRowsWhenNoneKept : (int)Math.Round(numKept * options.GeneralShare, MidpointRounding.AwayFromZero);

    /// <summary>So many of the rows, or all when there are fewer, drawn by seed and stage, in their own order.</summary>
    public static IReadOnlyList<LedgerRow> Draw(IReadOnlyList<LedgerRow> rows, int count, long seed, string stage)
    {
        int[] order = [.. Enumerable.Range(0, rows.Count)];
        new RandomStream(seed, stage, 0, "general-rows").Shuffle<int>(order);
        return [.. order.Take(count).Order().Select(index => rows[index])];
    }
}
