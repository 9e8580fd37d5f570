namespace R1Pipeline.Contracts.Rewards;

/// <summary>What the accuracy rule said of an output.</summary>
public enum AnswerVerdict
{
    /// <summary>It was not asked: no gold answer, or one that it cannot compare.</summary>
    NotApplicable,

    /// <summary>The answer equals the gold one.</summary>
    Correct,

    /// <summary>It does not.</summary>
    Wrong,

    /// <summary>There is no answer in the output; it earns what a wrong one does.</summary>
    NoAnswer,
}
