using R1Pipeline.Contracts.Options;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Stages.Models;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>A reward model with what is needed to ask it. Its raw scores have no scale of their own; the statistics of its held-out rows give them one.</summary>
/// <param name="Name">Its name under <c>reward-models:</c>.</param>
/// <param name="Model">The model.</param>
/// <param name="Text">Its tokenizer and template.</param>
/// <param name="Map">From score to reward.</param>
/// <param name="Place">Where the model lies while it is not asked.</param>
internal sealed record RewardJudge(string Name, RewardModel Model, ModelText Text, ScoreMap Map, OffloadedPart Place)
{
    /// <summary>The name that makes a model judge whole responses instead of final answers (r1-recipe.md 5.3).</summary>
    private const string Harmless = "harmless";

    /// <summary>The scores of texts (<see cref="RewardModel.Score"/>).</summary>
    public float[] Score(IReadOnlyList<TrainingSequence> texts, int atOnce) => texts.Count == 0 ? [] : Place.During(() => Model.Score(texts, atOnce));

    /// <summary>Whether it reads the chain of thought too: by its name, or because whole responses are what it was trained on.</summary>
    public bool JudgesWholeResponse => Name == Harmless || Map.Statistics.Objective == RewardObjective.Pointwise;
}
