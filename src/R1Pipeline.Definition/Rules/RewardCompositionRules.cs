using R1Pipeline.Contracts.Options;
using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;
using R1Pipeline.Definition.Documents;

namespace R1Pipeline.Definition.Rules;

/// <summary>The parts that <c>rewards:</c> names exist for their type of prompt, weigh something together, and leave no other weight without effect.</summary>
internal sealed class RewardCompositionRules(CompileContext context)
{
    private static readonly string[] OfReasoning = ["accuracy", "format", "language"], OfOthers = ["format", "language"];

    /// <summary>Checks the composition of one all-scenario stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="options">Checks of the stage's own options.</param>
    /// <param name="rewards">Its <c>rewards:</c>.</param>
    public void Check(BoundStage stage, OptionChecks options, BoundOptions rewards)
    {
        string[] models = [.. stage.References.Where(reference => reference.Role == "reward-models").Select(reference => reference.Name)];
        var composition = (RewardCompositionOptions)rewards.Value;
        CheckParts(rewards, "reasoning", composition.Reasoning, OfReasoning, "reasoning prompts are rewarded by rules alone");
        CheckParts(rewards, "general", composition.General, [.. OfOthers, .. models], "there is no answer to check on general prompts");
        CheckParts(rewards, "safety", composition.Safety, [.. OfOthers, .. models], "there is no answer to check on safety prompts");

        const string because = "beside 'rewards', which weighs the same parts";
        bool others = composition is { General: not null, Safety: not null };
        options.NoEffect(composition.Reasoning is not null, "accuracy-weight", because);
        options.NoEffect(composition.Reasoning is not null && others, ["format-weight", "language-weight"], because);
        options.NoEffect(others, "reward-model-weight", because);
    }

    private void CheckParts(BoundOptions rewards, string type, IReadOnlyDictionary<string, double>? weights, string[] accepted, string why)
    {
        if (weights is null || rewards.Broken.Contains(type) || rewards.Given[type].Value is not DocumentMap map) return;
        foreach (DocumentEntry part in map.Distinct.Where(part => !accepted.Contains(part.Key.Text)))
            context.Report(part.Key.Mark, DiagnosticCodes.UnknownKey, $"unknown part '{part.Key.Text}' of the reward of {type} prompts ({why}); accepted: {string.Join(", ", accepted)}");
        if (!weights.Values.Any(weight => weight > 0))
            context.Report(map.Mark, DiagnosticCodes.Contradiction, $"'{type}' gives no part of the reward a weight: there is nothing to learn from; accepted: one of {string.Join(", ", accepted)} above 0 at least");
    }
}
