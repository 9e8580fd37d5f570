using System.Runtime.CompilerServices;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>
/// Finds the names of every scope of a template. A scope is visited whole, without the scopes inside it, and only then these, as Jinja's compiler does:
/// an inner scope sees every name of the outer one, also those that it gets further down.
/// </summary>
internal static class SymbolAnalysis
{
    private static readonly string[] SpecialNames = ["caller", "kwargs", "varargs"];

    public static Symbols Analyse(IReadOnlyList<Statement> template)
    {
        var symbols = new Symbols(null);
        Scope(template, symbols);
        return symbols;
    }

    private static void Scope(IReadOnlyList<Statement> body, Symbols symbols)
    {
        Visit(body, symbols);
        Inner(body, symbols);
    }

    /// <summary>The names that the statements use in their own scope.</summary>
    private static void Visit(IReadOnlyList<Statement> body, Symbols symbols)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (Statement statement in body)
        {
            switch (statement)
            {
                case ValueOutput output:
                    Visit(output.Value, symbols);
                    break;
                case If condition:
                    VisitIf(condition, symbols);
                    break;
                case For loop:
                    Visit(loop.Items, symbols);
                    break;
                case Assign assign:
                    Visit(assign.Value, symbols);
                    Store(assign.Target, symbols);
                    break;
                case AssignBlock assign:
                    Store(assign.Target, symbols);
                    // The block's filter belongs to the scope around the block.
                    if (assign.Filter is not null) Visit(assign.Filter, symbols);
                    break;
                case FilterBlock block:
                    Visit(block.Filter, symbols);
                    break;
                case With with:
                    foreach ((_, Expression value) in with.Variables) Visit(value, symbols);
                    break;
                case Macro macro:
                    symbols.Store(macro.Name);
                    break;
                case CallBlock call:
                    Visit(call.Call, symbols);
                    break;
            }
        }
    }

    private static void VisitIf(If condition, Symbols symbols)
    {
        Visit(condition.Branches[0].Condition, symbols);
        Symbols then = symbols.Branch(), elseIf = symbols.Branch(), otherwise = symbols.Branch();
        Visit(condition.Branches[0].Body, then);
        foreach ((Expression test, IReadOnlyList<Statement> body) in condition.Branches.Skip(1))
        {
            Visit(test, elseIf);
            Symbols branch = elseIf.Branch();
            Visit(body, branch);
            elseIf.Join([branch, elseIf.Branch(), elseIf.Branch()]);
        }

        Visit(condition.Else, otherwise);
        symbols.Join([then, elseIf, otherwise]);
    }

    /// <summary>The scopes inside the statements.</summary>
    private static void Inner(IReadOnlyList<Statement> body, Symbols symbols)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (Statement statement in body)
        {
            switch (statement)
            {
                case If condition:
                    foreach ((_, IReadOnlyList<Statement> branch) in condition.Branches) Inner(branch, symbols);
                    Inner(condition.Else, symbols);
                    break;
                case For loop:
                    Loop(loop, symbols);
                    break;
                case Callable callable:
                    Callable(callable, symbols.Inner());
                    break;
                case ScopedStatement scoped:
                    scoped.Symbols = symbols.Inner();
                    if (scoped is With with)
                    {
                        foreach ((Expression target, _) in with.Variables) Declare(target, scoped.Symbols);
                    }

                    Scope(scoped.Body, scoped.Symbols);
                    break;
            }
        }
    }

    private static void Loop(For loop, Symbols symbols)
    {
        loop.BodySymbols = symbols.Inner();
        loop.BodySymbols.Declare("loop");
        Declare(loop.Target, loop.BodySymbols);
        Scope(loop.Body, loop.BodySymbols);
        if (loop.Condition is not null)
        {
            loop.ConditionSymbols = symbols.Inner();
            Declare(loop.Target, loop.ConditionSymbols);
            Visit(loop.Condition, loop.ConditionSymbols);
        }

        loop.ElseSymbols = symbols.Inner();
        Scope(loop.Else, loop.ElseSymbols);
    }

    private static void Callable(Callable callable, Symbols symbols)
    {
        callable.Symbols = symbols;
        foreach (string parameter in callable.Parameters) symbols.Declare(parameter);
        var used = new NameUse();
        used.Visit(callable.Body);
        callable.Special = SpecialNames.Where(name => used.Names.Contains(name) && !callable.Parameters.Contains(name)).ToHashSet();
        foreach (string name in callable.Special) symbols.Declare(name);
        foreach (Expression value in callable.Defaults) Visit(value, symbols);
        Scope(callable.Body, symbols);
    }

    private static void Visit(Expression expression, Symbols symbols)
    {
        foreach (string name in NameUse.Of(expression)) symbols.Load(name);
    }

    private static void Store(Expression target, Symbols symbols)
    {
        switch (target)
        {
            case Name name:
                symbols.Store(name.Text);
                break;
            case NamespaceTarget attribute:
                symbols.Load(attribute.Text);
                break;
            case TupleDisplay tuple:
                foreach (Expression item in tuple.Items) Store(item, symbols);
                break;
        }
    }

    private static void Declare(Expression target, Symbols symbols)
    {
        if (target is Name name) symbols.Declare(name.Text);
        else if (target is TupleDisplay tuple)
        {
            foreach (Expression item in tuple.Items) Declare(item, symbols);
        }
    }
}
