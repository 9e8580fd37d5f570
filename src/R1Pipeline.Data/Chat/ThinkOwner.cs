namespace R1Pipeline.Data.Chat;

/// <summary>Who writes the opening <c>&lt;think&gt;</c>.</summary>
public enum ThinkOwner
{
    /// <summary>The model: it is the first thing in the completion, and a format reward can ask for it.</summary>
    Completion,

    /// <summary>The generation prompt ends with it: the completion starts inside the chain of thought.</summary>
    Prompt,
}
