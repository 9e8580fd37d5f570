namespace R1Pipeline.Rewards.Mathematics;

/// <summary>Where in a response an answer may stand.</summary>
public enum AnswerTarget
{
    /// <summary>Mathematics between delimiters, in an environment or in a box.</summary>
    Latex,

    /// <summary>Plain numbers and simple expressions in text.</summary>
    Expr,

    /// <summary>A choice letter.</summary>
    Letters,

    /// <summary>A bare expression in programming notation.</summary>
    Sympy,
}
