using System.Runtime.CompilerServices;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Computes expressions.</summary>
internal sealed class Evaluator
{
    private readonly Budget _budget;
    private readonly Filters _filters;

    public Evaluator(Budget budget)
    {
        _budget = budget;
        _filters = new Filters(budget);
    }

    public object? Evaluate(Expression expression, RenderScope scope)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _budget.Spend();
        switch (expression)
        {
            case Literal literal:
                return literal.Value;
            case Name name:
                return scope.Get(name.Text);
            case ListDisplay list:
                return list.Items.Select(item => Evaluate(item, scope)).ToList();
            case TupleDisplay tuple:
                return tuple.Items.Select(item => Evaluate(item, scope)).ToArray();
            case DictDisplay dict:
                var result = new JinjaDict();
                foreach ((Expression key, Expression value) in dict.Items) result.Set(Reading(Evaluate(key, scope)), Evaluate(value, scope));
                return _budget.Charged(result);
            case Unary unary:
                object? operand = Evaluate(unary.Operand, scope);
                return unary.Operator == "not" ? !PythonOrder.IsTrue(operand) : PythonMath.Negate(operand, unary.Operator == "-");
            case Binary binary:
                return EvaluateBinary(binary, scope);
            case Comparison comparison:
                return Compare(comparison, scope);
            case Conditional conditional:
                if (PythonOrder.IsTrue(Evaluate(conditional.Condition, scope))) return Evaluate(conditional.Then, scope);
                return conditional.Else is null ? new Undefined("the inline if-expression evaluated to false and no else section was defined") : Evaluate(conditional.Else, scope);
            case AttributeAccess access:
                return Attributes.OfName(Evaluate(access.Target, scope), access.Attribute, _budget);
            case ItemAccess access:
                return Attributes.OfItem(Reading(Evaluate(access.Target, scope)), Reading(Evaluate(access.Item, scope)), _budget);
            case Slice slice:
                return _budget.Charged(PythonSequence.Slice(Striding(Reading(Evaluate(slice.Target, scope)), slice), Optional(slice.Start), Optional(slice.Stop), Optional(slice.Step)));
            case Call call:
                return Calls.Invoke(Evaluate(call.Function, scope), Arguments(call.Arguments, scope), _budget);
            case Filter filter:
                return ApplyFilter(filter, Evaluate(filter.Target!, scope), scope);
            case Test test:
                return Tests.Apply(test.Name, Evaluate(test.Target, scope), Arguments(test.Arguments, scope), _budget);
            default:
                throw new JinjaException($"the expression {expression.GetType().Name} is not supported", expression.Line);
        }

        object? Reading(object? value)
        {
            _budget.Read(value);
            return value;
        }

        // A text is taken apart for it.
        object? Striding(object? value, Slice slice)
        {
            if (slice.Step is not null && value is string text) _budget.Work(text.Length);
            return value;
        }

        object? Optional(Expression? part) => part is null ? null : Evaluate(part, scope);
    }

    /// <summary>A filter over a block's text; its innermost filter has no target of its own.</summary>
    public object? EvaluateOver(Filter filter, string text, RenderScope scope) =>
        ApplyFilter(filter, filter.Target is Filter inner ? EvaluateOver(inner, text, scope) : text, scope);

    public CallArguments Arguments(ArgumentList arguments, RenderScope scope)
    {
        List<object?> positional = [.. arguments.Positional.Select(argument => Evaluate(argument, scope))];
        if (arguments.Spread is not null) positional.AddRange(_budget.Counted(PythonSequence.Items(Evaluate(arguments.Spread, scope))));
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach ((string name, Expression value) in arguments.Named) named[name] = Evaluate(value, scope);
        if (arguments.NamedSpread is not null)
        {
            if (Evaluate(arguments.NamedSpread, scope) is not JinjaDict spread) throw new JinjaException("what follows ** must be a mapping");
            foreach (object?[] item in spread.Items.Cast<object?[]>()) named[item[0] as string ?? throw new JinjaException("keywords must be strings")] = item[1];
        }

        return new CallArguments(positional, named);
    }

    private object? ApplyFilter(Filter filter, object? target, RenderScope scope) => _filters.Apply(filter.Name, target, Arguments(filter.Arguments, scope));

    private object? EvaluateBinary(Binary binary, RenderScope scope)
    {
        object? left = Evaluate(binary.Left, scope);
        switch (binary.Operator)
        {
            case "and":
                return PythonOrder.IsTrue(left) ? Evaluate(binary.Right, scope) : left;
            case "or":
                return PythonOrder.IsTrue(left) ? left : Evaluate(binary.Right, scope);
            case "~":
                return _budget.Charged(PythonRepr.Str(left) + PythonRepr.Str(Evaluate(binary.Right, scope)));
            default:
                return _budget.Charged(PythonMath.Apply(binary.Operator, left, Evaluate(binary.Right, scope), _budget));
        }
    }

    private object? Compare(Comparison comparison, RenderScope scope)
    {
        object? left = Evaluate(comparison.First, scope);
        foreach ((string shown, Expression operand) in comparison.Rest)
        {
            object? right = Evaluate(operand, scope);
            if (!Holds(shown, left, right, _budget)) return false;
            left = right;
        }

        return true;
    }

    /// <summary>One comparison.</summary>
    public static bool Holds(string shown, object? left, object? right, Budget budget) => shown switch
    {
        "==" => PythonOrder.AreEqual(left, right, budget),
        "!=" => !PythonOrder.AreEqual(left, right, budget),
        "in" => PythonSequence.Contains(right, left, budget),
        "not in" => !PythonSequence.Contains(right, left, budget),
        "<" => PythonOrder.Compare(left, right, shown, budget) < 0,
        "<=" => PythonOrder.Compare(left, right, shown, budget) <= 0,
        ">" => PythonOrder.Compare(left, right, shown, budget) > 0,
        _ => PythonOrder.Compare(left, right, shown, budget) >= 0,
    };
}
