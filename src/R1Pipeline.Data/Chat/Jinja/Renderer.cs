using System.Runtime.CompilerServices;
using System.Text;

namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>Runs the statements of a template.</summary>
internal sealed class Renderer(Budget budget)
{
    private readonly Evaluator _evaluator = new(budget);

    private enum Flow
    {
        On,
        Break,
        Continue,
    }

    public string Render(IReadOnlyList<Statement> template, RenderScope scope)
    {
        Run(template, scope, out string text);
        return text;
    }

    private Flow Run(IReadOnlyList<Statement> body, RenderScope scope, out string text)
    {
        var output = new StringBuilder();
        Flow flow = Run(body, scope, output);
        text = output.ToString();
        return flow;
    }

    private Flow Run(IReadOnlyList<Statement> body, RenderScope scope, StringBuilder output)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (Statement statement in body)
        {
            Flow flow;
            try
            {
                budget.Spend();
                flow = Run(statement, scope, output);
            }
            catch (JinjaException error) when (error.Line is null)
            {
                throw new JinjaException(error.Message, statement.Line);
            }

            if (flow != Flow.On) return flow;
        }

        return Flow.On;
    }

    private Flow Run(Statement statement, RenderScope scope, StringBuilder output)
    {
        switch (statement)
        {
            case TextOutput text:
                Append(output, text.Text);
                break;
            case ValueOutput value:
                Append(output, PythonRepr.Str(_evaluator.Evaluate(value.Value, scope)));
                break;
            case If condition:
                return RunIf(condition, scope, output);
            case For loop:
                return RunFor(loop, _evaluator.Evaluate(loop.Items, scope), 0, scope, output);
            case Assign assign:
                Store(assign.Target, _evaluator.Evaluate(assign.Value, scope), scope);
                break;
            case AssignBlock assign:
                // What was rendered before a loop is left from here is lost.
                if (Run(assign.Body, scope.Inner(assign.Symbols!), out string block) is var left and not Flow.On) return left;
                Store(assign.Target, assign.Filter is null ? block : _evaluator.EvaluateOver(assign.Filter, block, scope), scope);
                break;
            case FilterBlock filter:
                if (Run(filter.Body, scope.Inner(filter.Symbols!), out string unfiltered) is var leaving and not Flow.On) return leaving;
                object? filtered = _evaluator.EvaluateOver(filter.Filter, unfiltered, scope);
                Append(output, filtered as string ?? throw new JinjaException($"a filter block must give a str, not '{PythonType.Of(filtered)}'"));
                break;
            case With with:
                object?[] values = [.. with.Variables.Select(variable => _evaluator.Evaluate(variable.Value, scope))];
                RenderScope inner = scope.Inner(with.Symbols!);
                for (int i = 0; i < values.Length; i++) Store(with.Variables[i].Target, values[i], inner);
                return Run(with.Body, inner, output);
            case Generation generation:
                Append(output, Invoke("generation", generation, scope, new CallArguments([], new Dictionary<string, object?>())));
                break;
            case Macro macro:
                scope.Set(macro.Name, Function(macro.Name, macro, scope));
                break;
            case CallBlock call:
                RunCall(call, scope, output);
                break;
            case Break:
                return Flow.Break;
            case Continue:
                return Flow.Continue;
        }

        return Flow.On;
    }

    private Flow RunIf(If condition, RenderScope scope, StringBuilder output)
    {
        foreach ((Expression test, IReadOnlyList<Statement> body) in condition.Branches)
        {
            if (PythonOrder.IsTrue(_evaluator.Evaluate(test, scope))) return Run(body, scope, output);
        }

        return Run(condition.Else, scope, output);
    }

    /// <summary>Runs a loop. Only its else part can leave the loop around it.</summary>
    private Flow RunFor(For loop, object? source, int depth, RenderScope scope, StringBuilder output)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        IEnumerable<object?> items = PythonSequence.Items(source);
        if (loop.Condition is not null) source = new JinjaIterator("generator", (items = Matching(loop, items, scope)).GetEnumerator());
        var state = new LoopState(source, source is JinjaIterator iterator ? iterator.Rest() : items, depth) { Recurse = loop.Recursive ? Recurse : null };
        // Jinja sets its mark at the end of the body, so a loop of which every round is left early has its else part rendered.
        bool any = false;
        Flow flow = Flow.On;
        while (flow != Flow.Break && state.MoveNext())
        {
            budget.Spend();
            RenderScope inner = scope.Inner(loop.BodySymbols!);
            inner.Set("loop", state);
            Store(loop.Target, state.Current, inner);
            flow = Run(loop.Body, inner, output);
            any |= flow == Flow.On;
        }

        return any ? Flow.On : Run(loop.Else, scope.Inner(loop.ElseSymbols!), output);

        string Recurse(object? others)
        {
            var text = new StringBuilder();
            RunFor(loop, others, depth + 1, scope, text);
            return text.ToString();
        }
    }

    /// <summary>The items that pass the loop's own filter, each tested when it is wanted.</summary>
    private IEnumerable<object?> Matching(For loop, IEnumerable<object?> items, RenderScope scope)
    {
        foreach (object? item in items)
        {
            budget.Spend();
            RenderScope inner = scope.Inner(loop.ConditionSymbols!);
            Store(loop.Target, item, inner);
            if (PythonOrder.IsTrue(_evaluator.Evaluate(loop.Condition!, inner))) yield return item;
        }
    }

    private void RunCall(CallBlock block, RenderScope scope, StringBuilder output)
    {
        object? function = _evaluator.Evaluate(block.Call.Function, scope);
        CallArguments arguments = _evaluator.Arguments(block.Call.Arguments, scope);
        var named = new Dictionary<string, object?>(arguments.Named, StringComparer.Ordinal) { ["caller"] = Function("caller", block, scope) };
        Append(output, PythonRepr.Str(Calls.Invoke(function, arguments with { Named = named }, budget)));
    }

    private JinjaFunction Function(string name, Callable callable, RenderScope scope) => new(name, arguments => Invoke(name, callable, scope, arguments))
    {
        Shown = callable is Macro ? $"<Macro {PythonRepr.Repr(name)}>" : "<Macro anonymous>",
    };

    private string Invoke(string name, Callable callable, RenderScope scope, CallArguments arguments)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        budget.Spend();
        RenderScope inner = scope.Inner(callable.Symbols!);
        var named = new Dictionary<string, object?>(arguments.Named, StringComparer.Ordinal);
        int firstDefault = callable.Parameters.Count - callable.Defaults.Count;
        for (int i = 0; i < callable.Parameters.Count; i++)
        {
            string parameter = callable.Parameters[i];
            object? value = i < arguments.Positional.Count ? arguments.Positional[i]
                : named.Remove(parameter, out object? given) ? given
                : i >= firstDefault ? _evaluator.Evaluate(callable.Defaults[i - firstDefault], inner)
                : new Undefined($"parameter '{parameter}' was not provided");
            inner.Set(parameter, value);
        }

        if (callable.Special.Contains("caller")) inner.Set("caller", named.Remove("caller", out object? caller) ? caller : new Undefined("No caller defined"));
        if (callable.Special.Contains("kwargs")) inner.Set("kwargs", Keywords(named));
        else if (named.Count > 0) throw new JinjaException($"macro '{name}' takes no keyword argument '{named.Keys.First()}'");
        if (callable.Special.Contains("varargs")) inner.Set("varargs", arguments.Positional.Skip(callable.Parameters.Count).ToArray());
        else if (arguments.Positional.Count > callable.Parameters.Count) throw new JinjaException($"macro '{name}' takes not more than {callable.Parameters.Count} argument(s)");
        return Render(callable.Body, inner);
    }

    private static JinjaDict Keywords(Dictionary<string, object?> named)
    {
        var dict = new JinjaDict();
        foreach ((string name, object? value) in named) dict.Set(name, value);
        return dict;
    }

    private static void Store(Expression target, object? value, RenderScope scope)
    {
        switch (target)
        {
            case Name name:
                scope.Set(name.Text, value);
                break;
            case NamespaceTarget attribute:
                if (scope.Get(attribute.Text) is not Namespace space) throw new JinjaException("cannot assign attribute on non-namespace object");
                space.Attributes[attribute.Attribute] = value;
                break;
            case TupleDisplay tuple:
                object?[] values = [.. PythonSequence.Items(value)];
                if (values.Length != tuple.Items.Count) throw new JinjaException($"cannot unpack {values.Length} values into {tuple.Items.Count} names");
                for (int i = 0; i < values.Length; i++) Store(tuple.Items[i], values[i], scope);
                break;
        }
    }

    private void Append(StringBuilder output, string text)
    {
        Budget.RequireRoom((long)output.Length + text.Length);
        budget.Spend(text.Length);
        output.Append(text);
    }
}
