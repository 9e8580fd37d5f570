using System.Reflection;
using R1Pipeline.Training.Runtime;
using TorchSharp;

namespace R1Pipeline.Training.Tests.Runtime;

/// <summary>
/// No method of the training core, <see cref="Number"/> apart, calls what wraps a number into TorchSharp's <see cref="Scalar"/>: neither a conversion that
/// the compiler puts in nor an operation of TorchSharp's that makes one of its own on the way (addition's factor, the exponent of a square, the value that
/// is read out of a tensor). Both are looked for in the compiled code of both libraries, so that no way of writing it slips through.
/// </summary>
internal static class BareNumberRule
{
    private static readonly string Constructor = $"{typeof(Scalar)}::.ctor(";

    // Methods of TorchSharp that make a number, themselves or by what they call.
    private static readonly Lazy<IReadOnlySet<string>> Makers = new(FindMakers);

    /// <summary>The calls of an assembly that break the rule: <c>method -> what it calls</c>.</summary>
    public static IEnumerable<string> Violations(Assembly assembly) =>
        from method in CompiledCalls.Of(assembly.Location)
        where !method.Method.StartsWith($"{typeof(Number)}::", StringComparison.Ordinal)
        from called in method.Calls.Where(Makers.Value.Contains)
        select $"{method.Method} -> {called}";

    private static HashSet<string> FindMakers()
    {
        var all = CompiledCalls.Of(typeof(Scalar).Assembly.Location);
        HashSet<string> makers = [.. all.Where(one => one.Calls.Any(called => called.StartsWith(Constructor, StringComparison.Ordinal))).Select(one => one.Method)];
        int before;
        do
        {
            before = makers.Count;
            makers.UnionWith(all.Where(one => one.Calls.Overlaps(makers)).Select(one => one.Method).ToList());
        }
        while (makers.Count > before);
        return makers;
    }
}
