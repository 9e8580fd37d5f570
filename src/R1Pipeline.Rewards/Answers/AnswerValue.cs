namespace R1Pipeline.Rewards.Answers;

/// <summary>What an answer says, freed from the way it is written. Compared only through <see cref="Matches"/>.</summary>
internal abstract record AnswerValue
{
    /// <summary>One text for all ways to write the value.</summary>
    public abstract string Canonical { get; }

    /// <summary>Whether another answer can be told right or wrong by this one.</summary>
    public virtual bool IsComparable => true;

    /// <summary>Whether this answer equals the gold one.</summary>
    public virtual bool Matches(AnswerValue gold) => GetType() == gold.GetType() && Canonical == gold.Canonical;
}
