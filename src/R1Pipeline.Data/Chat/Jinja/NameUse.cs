using System.Runtime.CompilerServices;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>The names that expressions and statements read.</summary>
internal sealed class NameUse
{
    /// <summary>What was found, in the order of first use.</summary>
    public OrderedDictionary<string, bool> Found { get; } = [];

    public IReadOnlyCollection<string> Names => [.. Found.Keys];

    public static IReadOnlyCollection<string> Of(Expression expression)
    {
        var use = new NameUse();
        use.Visit(expression);
        return use.Names;
    }

    /// <summary>Statements with everything inside them.</summary>
    public void Visit(IReadOnlyList<Statement> statements)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (Statement statement in statements)
        {
            switch (statement)
            {
                case ValueOutput output:
                    Visit(output.Value);
                    break;
                case If condition:
                    foreach ((Expression test, IReadOnlyList<Statement> body) in condition.Branches)
                    {
                        Visit(test);
                        Visit(body);
                    }

                    Visit(condition.Else);
                    break;
                case For loop:
                    Visit(loop.Items);
                    Visit(loop.Condition);
                    Visit(loop.Body);
                    Visit(loop.Else);
                    break;
                case Assign assign:
                    Visit(assign.Value);
                    break;
                case ScopedStatement scoped:
                    VisitHead(scoped);
                    Visit(scoped.Body);
                    break;
            }
        }
    }

    private void VisitHead(ScopedStatement statement)
    {
        switch (statement)
        {
            case AssignBlock assign:
                Visit(assign.Filter);
                break;
            case FilterBlock block:
                Visit(block.Filter);
                break;
            case With with:
                foreach ((_, Expression value) in with.Variables) Visit(value);
                break;
            case CallBlock call:
                Visit(call.Call);
                Visit(call.Defaults);
                break;
            case Callable callable:
                Visit(callable.Defaults);
                break;
        }
    }

    private void Visit(IEnumerable<Expression> expressions)
    {
        foreach (Expression expression in expressions) Visit(expression);
    }

    private void Visit(Expression? expression)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (expression)
        {
            case Name name:
                Found[name.Text] = true;
                break;
            case ListDisplay list:
                Visit(list.Items);
                break;
            case TupleDisplay tuple:
                Visit(tuple.Items);
                break;
            case DictDisplay dict:
                Visit(dict.Items.SelectMany(item => new[] { item.Key, item.Value }));
                break;
            case Unary unary:
                Visit(unary.Operand);
                break;
            case Binary binary:
                Visit(binary.Left);
                Visit(binary.Right);
                break;
            case Comparison comparison:
                Visit(comparison.First);
                Visit(comparison.Rest.Select(part => part.Operand));
                break;
            case Conditional conditional:
                Visit(conditional.Condition);
                Visit(conditional.Then);
                Visit(conditional.Else);
                break;
            case AttributeAccess access:
                Visit(access.Target);
                break;
            case ItemAccess access:
                Visit(access.Target);
                Visit(access.Item);
                break;
            case Slice slice:
                Visit(slice.Target);
                Visit(slice.Start);
                Visit(slice.Stop);
                Visit(slice.Step);
                break;
            case Call call:
                Visit(call.Function);
                Visit(call.Arguments.All());
                break;
            case Filter filter:
                Visit(filter.Target);
                Visit(filter.Arguments.All());
                break;
            case Test test:
                Visit(test.Target);
                Visit(test.Arguments.All());
                break;
        }
    }
}
