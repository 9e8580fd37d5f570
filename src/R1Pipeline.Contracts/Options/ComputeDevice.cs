using System.Text.RegularExpressions;

namespace R1Pipeline.Contracts.Options;

/// <summary>The words that name a device, in a pipeline file and on the command line. Whether the machine has it, only the worker knows.</summary>
public static partial class ComputeDevice
{
    /// <summary>The accepted words, for people.</summary>
    public const string Words = "auto, cpu, cuda, cuda:N";

    /// <summary>Whether a word is one of them.</summary>
    public static bool IsKnown(string word) => Known().IsMatch(word);

    [GeneratedRegex(@"^(auto|cpu|cuda(:[0-9]{1,3})?)\z")]
    private static partial Regex Known();
}
