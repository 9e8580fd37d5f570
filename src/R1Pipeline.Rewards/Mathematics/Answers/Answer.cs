namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>What an answer says, freed from the way it is written.</summary>
internal abstract record Answer
{
    /// <summary>One text for all ways to write it, as far as they are recognised: equal answers have equal texts, for majority votes.</summary>
    public abstract string Canonical { get; }
}
