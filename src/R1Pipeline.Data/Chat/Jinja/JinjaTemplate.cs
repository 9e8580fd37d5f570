namespace R1Pipeline.Data.Chat.Jinja;

/// <summary>
/// A chat template in Jinja: the part of the language that published chat templates use, with the results of Jinja2's immutable sandbox
/// (<c>trim_blocks</c>, <c>lstrip_blocks</c>, loop controls). No .NET library renders Jinja; Liquid and its kin differ in nearly every rule. What is not
/// supported is an error with its name and line. Rendering is bounded in steps, depth and output.
/// </summary>
internal sealed class JinjaTemplate
{
    private readonly IReadOnlyList<Statement> _statements;
    private readonly Symbols _symbols;

    private JinjaTemplate(IReadOnlyList<Statement> statements, Symbols symbols) => (_statements, _symbols) = (statements, symbols);

    /// <exception cref="JinjaException">The text is no template, or uses an unsupported construct.</exception>
    public static JinjaTemplate Parse(string template) => Guarded(() =>
    {
        IReadOnlyList<Statement> statements = TemplateParser.Parse(template);
        return new JinjaTemplate(statements, SymbolAnalysis.Analyse(statements));
    });

    /// <param name="variables">Template variables; they hide the built-in functions.</param>
    /// <param name="now">What <c>strftime_now</c> shows; null: there is no such function.</param>
    /// <exception cref="JinjaException">An operation failed, or the rendering does not come to an end.</exception>
    public string Render(IReadOnlyDictionary<string, object?> variables, DateTime? now) => Guarded(() =>
    {
        Dictionary<string, object?> all = Globals.Create(now);
        foreach ((string name, object? value) in variables) all[name] = value;
        return new Renderer(new Budget()).Render(_statements, new RenderScope(_symbols, null, all));
    });

    private static T Guarded<T>(Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (InsufficientExecutionStackException)
        {
            throw new JinjaException("the template is nested or recurses too deeply");
        }
    }
}
