namespace R1Pipeline.Contracts.Options;

/// <summary>Which rows of the generated addition task a source yields (quickstart.md 2, 3 and 5).</summary>
public enum AdditionSplit
{
    /// <summary>The noisy pretraining documents: prompt and response.</summary>
    Corpus,

    /// <summary>Clean worked solutions: prompt and response.</summary>
    Worked,

    /// <summary>Problems with their gold answer, none of them held out.</summary>
    Problems,

    /// <summary>Held-out problems with their gold answer, half in each language.</summary>
    HeldOut,

    /// <summary>General prompts with a response and the words a good answer must and must not contain.</summary>
    General,

    /// <summary>General prompts with a helpful (chosen) and an unhelpful (rejected) answer.</summary>
    Pairs,
}
