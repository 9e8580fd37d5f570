using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;

namespace R1Pipeline.Stages.RewardModeling;

/// <summary>
/// Labelled rows as token sequences: prompt, whole response (chain of thought and final answer), end token; the score is read at the end token.
/// Shuffled by seed and stage; the held-out ones are the last. Refuses rows that do not fit.
/// </summary>
internal static class LabelledResponses
{
    /// <summary>The reason of a row that nobody labelled.</summary>
    public const string NoLabel = "no-label";

    /// <summary>All usable responses, shuffled.</summary>
    public static IReadOnlyList<LabelledResponse> Of(RowLedger ledger, ModelText text, int maxTokens, long seed, string stage)
    {
        var responses = new List<LabelledResponse>();
        foreach (var row in ledger.Rows)
        {
            if (row.Row.IsSafe is not { } isSafe)
            {
                row.Refuse(NoLabel);
                continue;
            }

            BuiltSequence built = text.Conversation(row.Row, maxTokens);
            if (built.Sequence is not { } sequence)
            {
                row.Refuse(built.Refused!);
                continue;
            }

            row.Use();
            responses.Add(new LabelledResponse(sequence, isSafe));
        }

        LabelledResponse[] shuffled = [.. responses];
        new RandomStream(seed, stage, 0, "labelled-responses").Shuffle<LabelledResponse>(shuffled);
        return shuffled;
    }
}
