namespace R1Pipeline.Rewards.Mathematics;

/// <summary>The policy of a mathematics grade. The defaults: a percent sign may be left out (50% is 50 and 0.5), so may a unit; two known units that differ are different answers; bare lists have no order.</summary>
public sealed record MathOptions
{
    /// <summary>The defaults.</summary>
    public static MathOptions Default { get; } = new();

    /// <summary>Where an answer may stand, in order of preference.</summary>
    public IReadOnlyList<AnswerTarget> Targets { get; init; } = [AnswerTarget.Latex, AnswerTarget.Expr];

    /// <summary>Decimal places, or significant digits below 1, at which two numbers must agree where at least one is written as a decimal. 0 to 100.</summary>
    public int FloatRounding { get; init; } = 6;

    /// <summary>Largest relative difference to the gold; 0: none.</summary>
    public double Tolerance { get; init; }

    /// <summary>The unit must be there and be the same.</summary>
    public bool RequireUnits { get; init; }

    /// <summary>Whether a quantity may be given in another unit of the same kind: 1.5 km for 1500 m. Without it two known units that differ are different answers.</summary>
    public bool ConvertUnits { get; init; }

    /// <summary>Whether a relation may answer a gold that is a set. The other way round always counts.</summary>
    public bool AllowSetRelation { get; init; } = true;

    /// <summary>The verdict is the same with gold and prediction exchanged.</summary>
    public bool Symmetric { get; init; }

    /// <summary>The answer must stand behind the last of these; empty: only a chain of thought is cut off.</summary>
    public IReadOnlyList<string> Delimiters { get; init; } = [];

    /// <summary>Only a box counts as an answer.</summary>
    public bool RequireBox { get; init; }

    /// <summary>Whether the last number of a text without box, <c>&lt;answer&gt;</c> and answer phrase is its answer.</summary>
    public bool GuessLastNumber { get; init; } = true;

    /// <summary>Golds of which any is right; empty: the one gold.</summary>
    public IReadOnlyList<string> GoldAnyOf { get; init; } = [];

    /// <summary>The labels that exist in a multiple choice.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The kind of answer asked for (EX, EQ, INT, NV, TF, MCS, MCM, OL, UOL, OE); null: read from the gold.</summary>
    public string? AnswerType { get; init; }
}
