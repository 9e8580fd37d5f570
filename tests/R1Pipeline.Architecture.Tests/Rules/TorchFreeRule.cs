namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>What the control plane's executables depend on, as their <c>deps.json</c> says: no libtorch, no TorchSharp, no training core.</summary>
internal static class TorchFreeRule
{
    private static readonly string[] Forbidden = ["TorchSharp", "libtorch", "R1Pipeline.Training", "R1Pipeline.Stages"];

    public static IEnumerable<string> Violations(string executable, string depsJson) =>
        Forbidden.Where(name => depsJson.Contains(name, StringComparison.OrdinalIgnoreCase)).Select(name => $"{executable} depends on {name}");
}
