namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>What a token of an answer is.</summary>
internal enum TokenKind
{
    /// <summary>A number, in <see cref="Token.Number"/>.</summary>
    Number,

    /// <summary>A letter or a named symbol that stands for a variable or constant.</summary>
    Name,

    /// <summary>The name of a function.</summary>
    Function,

    /// <summary>A run of letters that is no formula.</summary>
    Word,

    /// <summary>A command with arguments: <c>frac</c>, <c>sqrt</c>, <c>binom</c>, <c>begin</c>, <c>end</c>, …</summary>
    Command,

    /// <summary>A relation: = &lt; &gt; ≤ ≥ ≠ ≈ ∈.</summary>
    Relation,

    /// <summary>Punctuation, operators and brackets.</summary>
    Sign,
}
