namespace R1Pipeline.Stages.AllScenarioRl;

/// <summary>What a prompt is rewarded for (r1-recipe.md 5.3).</summary>
internal enum PromptType
{
    /// <summary>It has a gold answer: rules.</summary>
    Reasoning,

    /// <summary>It has none: helpfulness.</summary>
    General,

    /// <summary>It is of <c>task: safety</c>: harmlessness.</summary>
    Safety,
}
