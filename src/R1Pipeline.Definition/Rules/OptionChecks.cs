using R1Pipeline.Definition.Binding;
using R1Pipeline.Definition.Diagnostics;

namespace R1Pipeline.Definition.Rules;

/// <summary>The two things that a rule can say about bound options: they contradict each other, or one of them would be ignored.</summary>
/// <param name="context">Where mistakes go.</param>
/// <param name="options">The options.</param>
internal sealed class OptionChecks(CompileContext context, BoundOptions options)
{
    /// <summary>Whether the user gave the option.</summary>
    public bool IsGiven(string option) => options.Given.ContainsKey(option);

    /// <summary>Whether the option could not be read, so that its value says nothing.</summary>
    public bool IsBroken(string option) => options.Broken.Contains(option);

    /// <summary>Reports a contradiction between options when the condition holds and all of them could be read, at the first one that was given.</summary>
    public void Contradiction(bool condition, string message, params ReadOnlySpan<string> names)
    {
        foreach (string name in names) condition &= !IsBroken(name);
        if (condition) context.Report(options.At(names), DiagnosticCodes.Contradiction, message);
    }

    /// <summary>Reports an option that was given although nothing would read it: an option that is accepted and ignored misleads.</summary>
    public void NoEffect(bool condition, string option, string because)
    {
        if (condition && options.Given.TryGetValue(option, out var entry))
            context.Report(entry.Key.Mark, DiagnosticCodes.NoEffect, $"'{option}' has no effect {because}; leave it out");
    }

    /// <summary><see cref="NoEffect(bool, string, string)"/> for several options.</summary>
    public void NoEffect(bool condition, IEnumerable<string> names, string because)
    {
        foreach (string name in names) NoEffect(condition, name, because);
    }
}
