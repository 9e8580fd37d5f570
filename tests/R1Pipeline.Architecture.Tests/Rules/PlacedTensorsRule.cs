using System.Text.RegularExpressions;

namespace R1Pipeline.Architecture.Tests.Rules;

/// <summary>
/// Every tensor of the training core is made on the device of the model that it meets: what libtorch makes without being told a device lies on the CPU, and fails only
/// where the model does not.
/// </summary>
internal static partial class PlacedTensorsRule
{
    // Where tensors of the host are made on purpose: the door to the device, what is read from a file, and first values that are copied into a tensor that has a place.
    private static readonly string[] OfTheHost =
    [
        "src/R1Pipeline.Training/Runtime/Placement.cs",
        "src/R1Pipeline.Training/Weights/SafetensorsReader.cs",
        "src/R1Pipeline.Training/Model/DecoderInitialization.cs",
    ];

    public static IEnumerable<string> Violations(RepositoryTree tree) => tree.Sources
        .Where(path => path.StartsWith("src/R1Pipeline.Training/", StringComparison.Ordinal) && !OfTheHost.Contains(path))
        .SelectMany(path => Factory().Matches(tree.Text(path)).Select(call => (path, text: tree.Text(path), call)))
        .Where(found => !Arguments(found.text, found.call.Index + found.call.Length).Contains("device:", StringComparison.Ordinal))
        .Select(found => $"{found.path}:{found.text[..found.call.Index].Count(letter => letter == '\n') + 1}: {found.call.Value} names no device");

    private static string Arguments(string text, int start)
    {
        int end = start;
        for (int open = 1; end < text.Length && open > 0; end++) open += text[end] switch { '(' => 1, ')' => -1, _ => 0 };
        return text[start..end];
    }

    [GeneratedRegex(@"(?<![\w.])(?:torch\.)?(?:tensor|zeros|ones|empty|full|eye|arange|linspace|rand|randn|randint|randperm|tril_indices|as_tensor)\(")]
    private static partial Regex Factory();
}
