using R1Pipeline.Rewards.Mathematics.Expressions;

namespace R1Pipeline.Rewards.Mathematics.Answers;

/// <summary>A set of real numbers as ascending intervals that do not touch. Endpoints are placed by their double value and compared as formulas.</summary>
internal sealed class RealSet
{
    private static readonly SetEnd Lowest = new(double.NegativeInfinity, null, false);
    private static readonly SetEnd Highest = new(double.PositiveInfinity, null, false);

    private readonly IReadOnlyList<(SetEnd Low, SetEnd High)> _intervals;

    private RealSet(IEnumerable<(SetEnd Low, SetEnd High)> intervals) => _intervals = Merge(intervals);

    /// <summary>The set that an answer describes; null where it describes none.</summary>
    public static RealSet? Of(Answer answer, ExpressionEquality equality) => answer switch
    {
        LabelledAnswer labelled => Of(labelled.Value, equality),
        ValueAnswer { Value: Symbol { Name: "𝔹R" } } => new RealSet([(Lowest, Highest)]),
        ValueAnswer { Value: Symbol { Name: "∅" } } => new RealSet([]),
        SequenceAnswer { Items: [ValueAnswer low, ValueAnswer high] } interval => Interval(interval.Brackets, low, high, equality),
        CollectionAnswer { IsSet: true } set => Points(set, equality),
        CollectionAnswer list when list.Items.All(item => item is RelationAnswer or SequenceAnswer or SetOperationAnswer) => Union(list.Items, equality),
        SetOperationAnswer operation => Of(operation.Left, equality) is { } left && Of(operation.Right, equality) is { } right ? Combine(operation.Operator, left, right) : null,
        RelationAnswer relation => Solutions(relation, equality),
        _ => null,
    };

    public bool Equals(RealSet other, ExpressionEquality equality) =>
        _intervals.Count == other._intervals.Count && _intervals.Zip(other._intervals).All(pair => Same(pair.First.Low, pair.Second.Low, equality) && Same(pair.First.High, pair.Second.High, equality));

    private static bool Same(SetEnd a, SetEnd b, ExpressionEquality equality) =>
        a.Closed == b.Closed && (a.Formula is null || b.Formula is null ? a.Place == b.Place && a.Formula is null == b.Formula is null : equality.AreEqual(a.Formula, b.Formula));

    private static RealSet? Interval(string brackets, ValueAnswer low, ValueAnswer high, ExpressionEquality equality) =>
        End(low.Value, brackets[0] == '[', equality) is { } from && End(high.Value, brackets[1] == ']', equality) is { } to && from.Place < to.Place ? new RealSet([(from, to)]) : null;

    private static RealSet? Points(CollectionAnswer set, ExpressionEquality equality)
    {
        var ends = set.Items.Select(item => item is ValueAnswer value ? End(value.Value, closed: true, equality) : null).ToArray();
        return ends.Contains(null) ? null : new RealSet(ends.Select(end => (end!, end!)));
    }

    private static RealSet? Union(IReadOnlyList<Answer> parts, ExpressionEquality equality)
    {
        var sets = parts.Select(part => Of(part, equality)).ToArray();
        return sets.Contains(null) ? null : new RealSet(sets.SelectMany(set => set!._intervals));
    }

    /// <summary>The solutions of a relation whose one variable stands alone: x &lt; 3, 1 ≤ x &lt; 2, x ≠ 0.</summary>
    private static RealSet? Solutions(RelationAnswer relation, ExpressionEquality equality)
    {
        int variable = relation.Sides.ToList().FindIndex(side => side is Symbol);
        if (variable < 0 || relation.Sides.Count > 3 || relation.Sides.Where((_, i) => i != variable).Any(side => side.Any(part => part is Symbol))) return null;
        RealSet? result = null;
        for (int i = 0; i < relation.Operators.Count; i++)
        {
            bool right = i == variable;
            if (!right && i + 1 != variable) return null;
            if (Half(relation.Operators[i], relation.Sides[right ? i + 1 : i], turned: !right, equality) is not { } half) return null;
            result = result is null ? half : Combine("∩", result, half);
        }

        return result;
    }

    private static RealSet? Half(string sign, Expression bound, bool turned, ExpressionEquality equality)
    {
        if (End(bound, sign is "≤" or "≥" or "=", equality) is not { } end) return null;
        if (sign == "=") return new RealSet([(end, end)]);
        if (sign == "≠") return new RealSet([(Lowest, end), (end, Highest)]);
        bool below = sign is "<" or "≤" != turned;
        return new RealSet([below ? (Lowest, end) : (end, Highest)]);
    }

    private static SetEnd? End(Expression formula, bool closed, ExpressionEquality equality)
    {
        if (formula == Constant.Infinity) return Highest;
        if (formula is Product { Factors: [Number { Value.Sign: < 0 }, Constant { Name: "∞" }] }) return Lowest;
        return equality.RealValue(formula) is { } place ? new SetEnd(place, formula, closed) : null;
    }

    private static RealSet Combine(string sign, RealSet a, RealSet b) => sign switch
    {
        "∪" => new RealSet(a._intervals.Concat(b._intervals)),
        "∩" => Intersection(a, b),
        _ => Intersection(a, b.Complement()),
    };

    private static RealSet Intersection(RealSet a, RealSet b)
    {
        var both = new List<(SetEnd, SetEnd)>();
        foreach ((SetEnd low, SetEnd high) in a._intervals)
        {
            foreach ((SetEnd otherLow, SetEnd otherHigh) in b._intervals)
            {
                SetEnd from = low.Place > otherLow.Place || (low.Place == otherLow.Place && !low.Closed) ? low : otherLow;
                SetEnd to = high.Place < otherHigh.Place || (high.Place == otherHigh.Place && !high.Closed) ? high : otherHigh;
                if (from.Place < to.Place || (from.Place == to.Place && from.Closed && to.Closed)) both.Add((from, to));
            }
        }

        return new RealSet(both);
    }

    private RealSet Complement()
    {
        var gaps = new List<(SetEnd, SetEnd)>();
        SetEnd from = Lowest;
        foreach ((SetEnd low, SetEnd high) in _intervals)
        {
            if (from.Place < low.Place || (from.Place == low.Place && from.Closed && !low.Closed)) gaps.Add((from, low with { Closed = !low.Closed && low.Formula is not null }));
            from = high with { Closed = !high.Closed && high.Formula is not null };
        }

        if (from.Place < Highest.Place) gaps.Add((from, Highest));
        return new RealSet(gaps);
    }

    private static List<(SetEnd Low, SetEnd High)> Merge(IEnumerable<(SetEnd Low, SetEnd High)> intervals)
    {
        var merged = new List<(SetEnd Low, SetEnd High)>();
        foreach ((SetEnd low, SetEnd high) in intervals.OrderBy(interval => interval.Low.Place).ThenByDescending(interval => interval.Low.Closed))
        {
            bool touches = merged.Count > 0 && (low.Place < merged[^1].High.Place || (low.Place == merged[^1].High.Place && (low.Closed || merged[^1].High.Closed)));
            if (!touches) merged.Add((low, high));
            else if (high.Place > merged[^1].High.Place || (high.Place == merged[^1].High.Place && high.Closed)) merged[^1] = (merged[^1].Low, high);
        }

        return merged;
    }

    /// <summary>An end of an interval; infinite ends have no formula and are open.</summary>
    private sealed record SetEnd(double Place, Expression? Formula, bool Closed);
}
