using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>
/// Preference rows as token sequences: prompt, final answer, end token, for each side; the score is read at the end token.
/// Pairs are shuffled by seed and stage; the held-out ones are the last. Refuses rows that do not fit.
/// </summary>
internal static class PreferencePairs
{
    /// <summary>The reason of a pair whose sides are the same text: it prefers nothing.</summary>
    public const string SidesEqual = "sides-equal";

    /// <summary>All usable pairs, shuffled.</summary>
    public static IReadOnlyList<PreferencePair> Of(RowLedger ledger, ModelText text, int maxTokens, long seed, string stage)
    {
        var pairs = new List<PreferencePair>();
        foreach (var row in ledger.Rows)
        {
            if ((row.Row.Prompt, row.Row.Chosen, row.Row.Rejected) is not ({ }, { } chosenText, { } rejectedText))
            {
                row.Refuse(SequenceBuilder.MissingFields);
                continue;
            }

            if (chosenText == rejectedText)
            {
                row.Refuse(SidesEqual);
                continue;
            }

            var chosen = Side(row, text, chosenText, maxTokens);
            var rejected = Side(row, text, rejectedText, maxTokens);
            if ((chosen.Refused ?? rejected.Refused) is { } reason) row.Refuse(reason);
            else pairs.Add(Use(row, new PreferencePair(chosen.Sequence!, rejected.Sequence!)));
        }

        PreferencePair[] shuffled = [.. pairs];
        new RandomStream(seed, stage, 0, "pairs").Shuffle<PreferencePair>(shuffled);
        return shuffled;
    }

    private static PreferencePair Use(LedgerRow row, PreferencePair pair)
    {
        row.Use();
        return pair;
    }

    private static BuiltSequence Side(LedgerRow row, ModelText text, string response, int maxTokens) =>
        text.Conversation(row.Row with { Response = response, Think = null, Answer = null }, maxTokens);
}
