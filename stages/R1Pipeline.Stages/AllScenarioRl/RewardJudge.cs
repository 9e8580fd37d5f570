using R1Pipeline.Stages.Models;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>A reward model with what is needed to ask it. Its raw scores have no scale of their own; the statistics of its held-out pairs give them one.</summary>
/// <param name="Name">Its name under <c>reward-models:</c>.</param>
/// <param name="Model">The model.</param>
/// <param name="Text">Its tokenizer and template.</param>
/// <param name="Statistics">The scale of its scores.</param>
internal sealed record RewardJudge(string Name, RewardModel Model, ModelText Text, ScoreStatistics Statistics)
{
    /// <summary>The name that makes a model judge whole responses instead of final answers (r1-recipe.md 5.3).</summary>
    private const string Harmless = "harmless";

    /// <summary>A raw score as a reward between 0 and 1: <c>1 / (1 + exp(-scale · (score - mean) / std))</c>.</summary>
    public double Reward(double score, double scale) => 1 / (1 + Math.Exp(-scale * (score - Statistics.Mean) / Statistics.StandardDeviation));

    /// <summary>Whether it reads the chain of thought too.</summary>
    public bool JudgesWholeResponse => Name == Harmless;
}
