using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Stages.Questions;

/// <summary>Questions in shuffled passes over the rows: iteration i takes the next so many. A pure function of the iteration.</summary>
internal sealed class ShuffledQuestions : IQuestionSource
{
    private readonly ModelText _text;
    private readonly int _perIteration;
    private readonly ShuffledPasses<LedgerRow> _passes;

    /// <summary>Passes over <paramref name="rows"/>, <paramref name="perIteration"/> questions an iteration.</summary>
    public ShuffledQuestions(IReadOnlyList<LedgerRow> rows, ModelText text, int perIteration, long seed, string stage)
    {
        (_text, _perIteration) = (text, perIteration);
        _passes = new ShuffledPasses<LedgerRow>(rows, seed, stage, "questions");
    }

    /// <inheritdoc/>
    public IReadOnlyList<RlQuestion> Draw(long iteration) => [.. Rows(iteration).Select(row => Question(row, _text))];

    /// <summary>Marks the rows of the first <paramref name="iterations"/> iterations as used.</summary>
    public void MarkUsed(long iterations)
    {
        for (long iteration = 1; iteration <= iterations; iteration++)
        {
            foreach (var row in Rows(iteration)) row.Use();
        }
    }

    /// <summary>A row as a question; the row itself goes along for the scorer.</summary>
    internal static RlQuestion Question(LedgerRow row, ModelText text) => new(row.Id, text.Sequences.Prompt(row.Row), row);

    private IReadOnlyList<LedgerRow> Rows(long iteration) => _passes.Draw((iteration - 1) * _perIteration, _perIteration);
}
