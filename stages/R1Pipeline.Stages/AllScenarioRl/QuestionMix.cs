using R1Pipeline.Contracts.Options;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Questions;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>
/// Reasoning and general questions of one iteration, each kind in its own shuffled passes. Before <c>general-from-iteration</c> all questions are
/// reasoning ones (the paper draws general prompts only in its last 400 of 1,700 steps). A pure function of the iteration.
/// </summary>
internal sealed class QuestionMix : IQuestionSource
{
    private readonly AllScenarioRlOptions _options;
    private readonly ModelText _text;
    private readonly ShuffledPasses<LedgerRow>? _reasoning;
    private readonly ShuffledPasses<LedgerRow>? _general;

    /// <summary>The mix over rows of both kinds. A kind without rows must never be drawn: check <see cref="NumReasoning"/> and <see cref="NumGeneral"/> first.</summary>
    public QuestionMix(IReadOnlyList<LedgerRow> rows, AllScenarioRlOptions options, ModelText text, long seed, string stage)
    {
        (_options, _text) = (options, text);
        _reasoning = Passes(row => row.Row.IsReasoning, "reasoning-questions");
        _general = Passes(row => !row.Row.IsReasoning, "general-questions");

        ShuffledPasses<LedgerRow>? Passes(Func<LedgerRow, bool> kind, string purpose)
        {
            LedgerRow[] ofKind = [.. rows.Where(kind)];
            return ofKind.Length == 0 ? null : new ShuffledPasses<LedgerRow>(ofKind, seed, stage, purpose);
        }
    }

    /// <summary>General questions drawn in iterations 1 to <paramref name="iterations"/>.</summary>
    public static long NumGeneral(AllScenarioRlOptions options, long iterations) =>
        Math.Max(0, iterations - options.GeneralFromIteration + 1) * options.GeneralQuestions;

    /// <summary>Reasoning questions drawn in iterations 1 to <paramref name="iterations"/>.</summary>
    public static long NumReasoning(AllScenarioRlOptions options, long iterations) => (iterations * options.Questions) - NumGeneral(options, iterations);

    /// <inheritdoc/>
    public IReadOnlyList<RlQuestion> Draw(long iteration) => [.. Rows(iteration).Select(row => ShuffledQuestions.Question(row, _text))];

    /// <summary>Marks the rows of the first <paramref name="iterations"/> iterations as used.</summary>
    public void MarkUsed(long iterations)
    {
        for (long iteration = 1; iteration <= iterations; iteration++)
        {
            foreach (var row in Rows(iteration)) row.Use();
        }
    }

    private IEnumerable<LedgerRow> Rows(long iteration) =>
        Drawn(_reasoning, iteration, NumReasoning).Concat(Drawn(_general, iteration, NumGeneral));

    private IEnumerable<LedgerRow> Drawn(ShuffledPasses<LedgerRow>? passes, long iteration, Func<AllScenarioRlOptions, long, long> numDrawn)
    {
        long before = numDrawn(_options, iteration - 1);
        int count = (int)(numDrawn(_options, iteration) - before);
        return count == 0 ? [] : passes!.Draw(before, count);
    }
}
