namespace R1Pipeline.Rewards.Mathematics.Expressions;

/// <summary>A matrix; a vector has one column or one row. Sums and products of matrices are worked out while they are read.</summary>
internal sealed record Matrix(int NumColumns, IReadOnlyList<Expression> Entries) : Expression
{
    private const int MaxEntries = 400;
    private const int MaxDeterminant = 5;

    public override IReadOnlyList<Expression> Parts => Entries;

    public int NumRows => Entries.Count / NumColumns;

    public override Expression With(IReadOnlyList<Expression> parts) => new Matrix(NumColumns, parts);

    /// <summary>Works out what stands around matrices where sizes fit; null where they do not.</summary>
    public static Expression? Fold(Expression expression) => expression switch
    {
        Sum sum when sum.Terms.Any(term => term is Matrix) => sum.Terms.Aggregate((Expression?)null, (total, term) => total is null ? term : Add(total, term)),
        Product product when product.Factors.Any(factor => factor is Matrix) => product.Factors.Aggregate((Expression?)null, (total, factor) => total is null ? factor : Multiply(total, factor)),
        _ => null,
    };

    /// <summary>The determinant of a small square matrix, by expansion along the first row; null where there is none.</summary>
    public Expression? Determinant()
    {
        int size = NumColumns;
        if (size != NumRows || size > MaxDeterminant) return null;
        if (size == 1) return Entries[0];
        var terms = new List<Expression>();
        for (int column = 0; column < size; column++)
        {
            var minor = new Matrix(size - 1, [.. Entries.Where((_, i) => i >= size && i % size != column)]);
            Expression term = new Product([Entries[column], minor.Determinant()!]);
            terms.Add(column % 2 == 0 ? term : Product.Negate(term));
        }

        return new Sum(terms);
    }

    private static Expression Add(Expression a, Expression b) =>
        a is Matrix left && b is Matrix right && left.NumColumns == right.NumColumns && left.Entries.Count == right.Entries.Count
            ? new Matrix(left.NumColumns, [.. left.Entries.Zip(right.Entries, Expression (x, y) => new Sum([x, y]))])
            : new Sum([a, b]);

    private static Expression Multiply(Expression a, Expression b)
    {
        if (a is not Matrix left) return b is Matrix scaled ? scaled.Scale(a) : new Product([a, b]);
        if (b is not Matrix right) return left.Scale(b);
        if (left.NumColumns != right.NumRows || left.Entries.Count > MaxEntries || right.Entries.Count > MaxEntries) return new Product([a, b]);
        var entries = new List<Expression>();
        for (int row = 0; row < left.NumRows; row++)
        {
            for (int column = 0; column < right.NumColumns; column++)
            {
                entries.Add(new Sum([.. Enumerable.Range(0, left.NumColumns).Select(k => new Product([left.Entries[row * left.NumColumns + k], right.Entries[k * right.NumColumns + column]]))]));
            }
        }

        return new Matrix(right.NumColumns, entries);
    }

    private Matrix Scale(Expression factor) => new(NumColumns, [.. Entries.Select(Expression (entry) => new Product([factor, entry]))]);

    protected override string BuildKey() => Listed($"matrix{NumRows}x{NumColumns}", Entries);
}
