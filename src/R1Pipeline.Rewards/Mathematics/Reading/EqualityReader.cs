using R1Pipeline.Rewards.Mathematics.Answers;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>
/// Reads what has a relation in it: a named value (<c>x = 3</c>), a calculation with its result (<c>2 + 3 = 5</c>), an equation, an inequality, a chain,
/// a membership.
/// </summary>
internal sealed class EqualityReader(WorkBudget budget)
{
    private const int MaxSides = 20;

    public Answer? Read(IReadOnlyList<Token> tokens, AnswerReader reader)
    {
        List<string> operators = [];
        IReadOnlyList<IReadOnlyList<Token>> sides = TokenSpan.Split(tokens, token =>
        {
            if (token.Kind != TokenKind.Relation) return false;
            operators.Add(token.Text);
            return true;
        });
        if (sides.Count > MaxSides || sides.Skip(1).Any(side => side.Count == 0)) return null;
        if (sides[0].Count == 0) return operators[0] is "=" or "≈" && sides.Count == 2 ? reader.Item(sides[1]) : null;
        if (operators.All(sign => sign is "=" or "≈")) return Equality(sides, operators, reader);
        if (operators is ["∈"]) return reader.Item(sides[1]) is { } set ? Labelled(sides[0], set) : null;
        return operators.All(sign => sign is "<" or ">" or "≤" or "≥" or "≠" or "=") ? Relation(sides, operators) : null;
    }

    private Answer? Equality(IReadOnlyList<IReadOnlyList<Token>> sides, List<string> operators, AnswerReader reader)
    {
        // x = 1/3 ≈ 0.33 says 1/3; x ≈ 0.33 says 0.33.
        bool named = Labels.IsLabel(sides[0]);
        int approximation = operators.IndexOf("≈");
        int count = approximation < 0 || (approximation == 0 && named) ? sides.Count : approximation + 1;
        if (count == 1) return reader.Item(sides[0]);
        IReadOnlyList<Token> last = sides[count - 1];
        if (named) return reader.Item(last) is { } value ? Labelled(sides[0], value) : null;
        if (count == 2 && Labels.IsLabel(last) && Closed(sides[0])) return reader.Item(sides[0]) is { } first ? Labelled(last, first) : null;
        bool calculation = Closed(sides[0]) && Closed(last);
        return calculation ? reader.Item(last) : Relation([.. sides.Take(count)], operators[..(count - 1)]);
    }

    private LabelledAnswer Labelled(IReadOnlyList<Token> label, Answer value) =>
        new(Labels.Text(label), ExpressionParser.Parse(label, budget), value);

    private RelationAnswer? Relation(IReadOnlyList<IReadOnlyList<Token>> sides, IReadOnlyList<string> operators)
    {
        var formulas = sides.Select(side => ExpressionParser.Parse(side, budget)).ToArray();
        return formulas.Contains(null) ? null : new RelationAnswer([.. formulas.Select(formula => formula!)], operators);
    }

    /// <summary>Whether the side is a formula without variables.</summary>
    private bool Closed(IReadOnlyList<Token> side) =>
        ValueReader.Read(side, budget) is { IsClosed: true };
}
