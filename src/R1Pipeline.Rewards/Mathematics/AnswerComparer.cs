using R1Pipeline.Rewards.Mathematics.Answers;
using R1Pipeline.Rewards.Mathematics.Expressions;
using R1Pipeline.Rewards.Mathematics.Numbers;
using R1Pipeline.Rewards.Mathematics.Reading;

namespace R1Pipeline.Rewards.Mathematics;

/// <summary>Whether two answers say the same, kind by kind. What cannot be compared is not equal.</summary>
internal sealed class AnswerComparer(MathOptions options, WorkBudget budget)
{
    private static readonly Rational Hundredth = new(1, 100);

    private readonly ExpressionEquality _equality = new(new NumericTolerance(options.FloatRounding, options.Tolerance), budget);

    public bool Matches(Answer gold, Answer answer)
    {
        if (!budget.Spend()) return false;
        (gold, answer) = (Expand(gold), Expand(answer));
        return (gold, answer) switch
        {
            (TextAnswer a, TextAnswer b) => a.Text == b.Text,
            (TextAnswer a, _) => a.Text == Letters(answer),
            (_, TextAnswer b) => b.Text == Letters(gold),
            (TimeAnswer a, TimeAnswer b) => a.IsSameTime(b),
            (BasedNumberAnswer a, BasedNumberAnswer b) => a.Value == b.Value,
            (BasedNumberAnswer a, ValueAnswer b) => _equality.AreEqual(new Number(new Rational(a.Value)), b.Value),
            (ValueAnswer a, BasedNumberAnswer b) => _equality.AreEqual(a.Value, new Number(new Rational(b.Value))),
            (LabelledAnswer a, LabelledAnswer b) => MatchesLabelled(a, b),
            (LabelledAnswer a, RelationAnswer b) => MatchesRelations(Relation(a), b) || MatchesRegion(gold, answer),
            (RelationAnswer a, LabelledAnswer b) => MatchesRelations(a, Relation(b)) || MatchesRegion(gold, answer),
            (LabelledAnswer a, _) => Matches(a.Value, answer),
            (_, LabelledAnswer b) => Matches(gold, b.Value),
            (RelationAnswer a, RelationAnswer b) => MatchesRelations(a, b) || MatchesRegion(gold, answer),
            (RatioAnswer a, RatioAnswer b) => MatchesRatios(a, b),
            (RatioAnswer a, TimeAnswer b) => MatchesRatios(a, AsRatio(b)),
            (TimeAnswer a, RatioAnswer b) => MatchesRatios(AsRatio(a), b),
            (RatioAnswer { Parts: [var a, var b] }, ValueAnswer value) => _equality.AreEqual(Product.Quotient(a, b), value.Value),
            (ValueAnswer value, RatioAnswer { Parts: [var a, var b] }) => _equality.AreEqual(value.Value, Product.Quotient(a, b)),
            (SequenceAnswer a, SequenceAnswer b) => MatchesSequences(a, b),
            (CollectionAnswer a, CollectionAnswer b) when Family(a) is { } one && Family(b) is { } other => Matches(one.Value, other.Value with { Value = other.Value.Value.Replace(part => part == other.Letter ? one.Letter : null) }),
            (CollectionAnswer a, CollectionAnswer b) => MatchesCollections(a, b) || MatchesRegion(gold, answer),
            (ValueAnswer { Value: Matrix matrix }, SequenceAnswer b) => AsMatrix(b, matrix) is { } rows && _equality.AreEqual(matrix, rows),
            (SequenceAnswer a, ValueAnswer { Value: Matrix matrix }) => AsMatrix(a, matrix) is { } rows && _equality.AreEqual(rows, matrix),
            (CollectionAnswer a, ValueAnswer b) when Family(a) is { } family => Matches(family.Value, b),
            (ValueAnswer a, CollectionAnswer b) when Family(b) is { } family => Matches(a, family.Value),
            (CollectionAnswer { IsSet: false } a, SequenceAnswer b) => b.Brackets == "()" && InOrder(a.Items, b.Items),
            (SequenceAnswer a, CollectionAnswer { IsSet: false } b) => a.Brackets == "()" && InOrder(a.Items, b.Items),
            (CollectionAnswer { Items.Count: > 0 } a, ValueAnswer b) when !IsEmptySet(b) => a.Items.All(item => Matches(item, answer)),
            (ValueAnswer a, CollectionAnswer { Items.Count: > 0 } b) when !IsEmptySet(a) => b.Items.All(item => Matches(gold, item)),
            (ValueAnswer a, ValueAnswer b) => MatchesValues(a, b),
            _ => MatchesRegion(gold, answer),
        };
    }

    /// <summary>± makes two answers of one.</summary>
    private static Answer Expand(Answer answer) => answer switch
    {
        ValueAnswer value when SignChoice.Expand(value.Value) is [var upper, var lower] => new CollectionAnswer(IsSet: false, [value with { Value = upper }, value with { Value = lower }]),
        LabelledAnswer labelled when Expand(labelled.Value) is CollectionAnswer both => both,
        CollectionAnswer list when list.Items.Any(item => item is ValueAnswer or LabelledAnswer) => list with { Items = [.. list.Items.SelectMany(item => item is not CollectionAnswer && Expand(item) is CollectionAnswer pair ? pair.Items : [item])] },
        _ => answer,
    };

    private bool MatchesValues(ValueAnswer gold, ValueAnswer answer)
    {
        if (answer.Unit is not null) gold = gold.WithLettersAsUnit();
        if (gold.Unit is not null) answer = answer.WithLettersAsUnit();
        if (!UnitsAgree(gold, answer)) return options.ConvertUnits && Converted(gold, answer);
        if (gold.IsPercent != answer.IsPercent && (gold.IsPercent ? answer : gold).Unit is { } unit && UnitTable.IsKnown(unit)) return false;
        if (_equality.AreEqual(gold.Value, answer.Value)) return true;
        if (gold.IsPercent == answer.IsPercent) return false;
        return gold.IsPercent
            ? _equality.AreEqual(new Product([gold.Value, new Number(Hundredth)]), answer.Value)
            : _equality.AreEqual(gold.Value, new Product([answer.Value, new Number(Hundredth)]));
    }

    private bool Converted(ValueAnswer gold, ValueAnswer answer)
    {
        if (gold.Unit is null || answer.Unit is null || UnitTable.Find(gold.Unit) is not { } a || UnitTable.Find(answer.Unit) is not { } b || a.Dimension != b.Dimension) return false;
        return _equality.AreEqual(new Product([gold.Value, a.Factor]), new Product([answer.Value, b.Factor]));
    }

    private bool UnitsAgree(ValueAnswer gold, ValueAnswer answer)
    {
        if (options.RequireUnits) return gold.Unit == answer.Unit;
        return gold.Unit is null || answer.Unit is null || gold.Unit == answer.Unit || !UnitTable.IsKnown(gold.Unit) || !UnitTable.IsKnown(answer.Unit);
    }

    private bool MatchesLabelled(LabelledAnswer gold, LabelledAnswer answer)
    {
        bool variables = gold.Name is Symbol && answer.Name is Symbol;
        if (variables && gold.Label != answer.Label) return false;
        if (TupleNames(gold.Label) is { } names && TupleNames(answer.Label) is { } others && !names.SequenceEqual(others)) return MatchesReordered(gold, answer, names, others);
        return Matches(gold.Value, answer.Value) || (gold.Label != answer.Label && MatchesRelations(Relation(gold), Relation(answer)));
    }

    /// <summary>(x, y) = (1, 2) and (y, x) = (2, 1) say the same.</summary>
    private bool MatchesReordered(LabelledAnswer gold, LabelledAnswer answer, string[] names, string[] others)
    {
        if (gold.Value is not SequenceAnswer a || answer.Value is not SequenceAnswer b || a.Items.Count != names.Length || b.Items.Count != others.Length) return false;
        if (names.Distinct().Count() != names.Length || !names.Order().SequenceEqual(others.Order())) return false;
        return names.Select((name, i) => Matches(a.Items[i], b.Items[Array.IndexOf(others, name)])).All(same => same);
    }

    private static string[]? TupleNames(string label) => label.StartsWith('(') && label.EndsWith(')') && label.Contains(',') ? label[1..^1].Split(',') : null;

    /// <summary>Rows in brackets as a matrix, [[1, 2], [3, 4]], and a tuple as a vector where the other side is one.</summary>
    private static Matrix? AsMatrix(SequenceAnswer rows, Matrix other)
    {
        if (rows.Items.All(item => item is ValueAnswer))
        {
            bool vector = (other.NumColumns == 1 || other.NumRows == 1) && rows.Items.Count == other.Entries.Count && rows.Brackets is "()" or "[]";
            return vector ? new Matrix(other.NumColumns, [.. rows.Items.Cast<ValueAnswer>().Select(item => item.Value)]) : null;
        }

        if (rows.Items[0] is not SequenceAnswer { Items.Count: var columns } || rows.Items.Any(row => row is not SequenceAnswer sequence || sequence.Items.Count != columns || sequence.Items.Any(item => item is not ValueAnswer))) return null;
        return new Matrix(columns, [.. rows.Items.Cast<SequenceAnswer>().SelectMany(row => row.Items.Cast<ValueAnswer>().Select(item => item.Value))]);
    }

    /// <summary>The one value of "kπ, k ∈ ℤ", whose second part only says what the letter is, with that letter; null where the list says more.</summary>
    private static (ValueAnswer Value, Symbol Letter)? Family(CollectionAnswer list)
    {
        if (list is not { IsSet: false, Items: [var item, LabelledAnswer { Name: Symbol letter, Value: ValueAnswer { Value: Symbol { Name: "𝔹Z" } } }] }) return null;
        ValueAnswer? value = item as ValueAnswer ?? (item as LabelledAnswer)?.Value as ValueAnswer;
        return value is not null && value.Value.Any(part => part == letter) ? (value, letter) : null;
    }

    private static bool IsEmptySet(ValueAnswer value) => value.Value is Symbol { Name: "∅" };

    private static RelationAnswer? Relation(LabelledAnswer labelled) =>
        labelled is { Name: { } name, Value: ValueAnswer value } ? new RelationAnswer([name, value.Value], ["="]) : null;

    /// <summary>The same signs between sides that differ by the same factor (a positive one in inequalities), read from either end.</summary>
    private bool MatchesRelations(RelationAnswer? gold, RelationAnswer? answer)
    {
        if (gold is null || answer is null || gold.Operators.Count != answer.Operators.Count) return false;
        return InDirection(gold, answer) || InDirection(gold, Turned(answer));
    }

    private bool InDirection(RelationAnswer gold, RelationAnswer answer)
    {
        for (int i = 0; i < gold.Operators.Count; i++)
        {
            (string sign, string other) = (gold.Operators[i], answer.Operators[i]);
            Expression a = Sum.Difference(gold.Sides[i], gold.Sides[i + 1]);
            Expression b = Sum.Difference(answer.Sides[i], answer.Sides[i + 1]);
            if (sign == other && _equality.AreEqual(a, b)) continue;
            if (_equality.ConstantRatio(a, b) is not { } ratio) return false;
            string expected = ratio.Sign > 0 ? other : Mirrored(other);
            if (sign != expected) return false;
        }

        return true;
    }

    private static RelationAnswer Turned(RelationAnswer relation) => new([.. relation.Sides.Reverse()], [.. relation.Operators.Reverse().Select(Mirrored)]);

    private static string Mirrored(string sign) => sign switch { "<" => ">", ">" => "<", "≤" => "≥", "≥" => "≤", _ => sign };

    private bool MatchesRatios(RatioAnswer gold, RatioAnswer answer) =>
        gold.Parts.Count == answer.Parts.Count
        && Enumerable.Range(1, gold.Parts.Count - 1).All(i => _equality.AreEqual(new Product([gold.Parts[0], answer.Parts[i]]), new Product([gold.Parts[i], answer.Parts[0]])));

    private static RatioAnswer AsRatio(TimeAnswer time) => new([new Number(new Rational(time.Hours)), new Number(new Rational(time.Minutes))]);

    private bool MatchesSequences(SequenceAnswer gold, SequenceAnswer answer)
    {
        if (options.AnswerType == "UOL") return MatchesUnordered(gold.Items, answer.Items);
        return gold.Brackets == answer.Brackets && InOrder(gold.Items, answer.Items);
    }

    private bool MatchesCollections(CollectionAnswer gold, CollectionAnswer answer)
    {
        if (options.AnswerType == "OL") return InOrder(gold.Items, answer.Items);

        // Points and pairs are listed as solutions: named twice, one is still one.
        bool pairs = gold.Items.Concat(answer.Items).All(item => item is SequenceAnswer);
        if (!gold.IsSet && !answer.IsSet && !pairs) return MatchesUnordered(gold.Items, answer.Items);
        return MatchesUnordered(Distinct(gold.Items), Distinct(answer.Items));
    }

    private List<Answer> Distinct(IReadOnlyList<Answer> items)
    {
        var distinct = new List<Answer>();
        foreach (Answer item in items)
        {
            if (!distinct.Any(known => Matches(known, item))) distinct.Add(item);
        }

        return distinct;
    }

    private bool MatchesUnordered(IReadOnlyList<Answer> gold, IReadOnlyList<Answer> answer)
    {
        if (gold.Count != answer.Count) return false;
        var left = answer.ToList();
        foreach (Answer item in gold)
        {
            int found = left.FindIndex(candidate => Matches(item, candidate));
            if (found < 0) return false;
            left.RemoveAt(found);
        }

        return true;
    }

    private bool InOrder(IReadOnlyList<Answer> gold, IReadOnlyList<Answer> answer) => gold.Count == answer.Count && gold.Zip(answer).All(pair => Matches(pair.First, pair.Second));

    /// <summary>Sets of real numbers in whatever way they are described.</summary>
    private bool MatchesRegion(Answer gold, Answer answer)
    {
        bool asked = gold is RelationAnswer || answer is not RelationAnswer || options.AllowSetRelation;
        return asked && RealSet.Of(gold, _equality) is { } a && RealSet.Of(answer, _equality) is { } b && a.Equals(b, _equality);
    }

    /// <summary>The letters of a formula that may be a word: <c>odd</c> set as a product.</summary>
    private static string? Letters(Answer answer) => answer switch
    {
        ValueAnswer { Value: Symbol symbol } => symbol.Name.ToLowerInvariant(),
        ValueAnswer { Value: Constant constant } => constant.Name,
        ValueAnswer { Value: Product product } when product.Factors.All(factor => factor is Symbol or Constant) => string.Concat(product.Factors.Select(factor => factor.Key)).ToLowerInvariant(),
        _ => null,
    };
}
