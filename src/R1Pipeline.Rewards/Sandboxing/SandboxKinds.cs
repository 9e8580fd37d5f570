namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>The words for <see cref="SandboxKind"/> in options and reports.</summary>
public static class SandboxKinds
{
    /// <summary>What stands for the strongest that works.</summary>
    public const string Auto = "auto";

    /// <summary>What is said wherever code runs unconfined.</summary>
    public const string Warning = "code written by a model runs WITHOUT a sandbox (sandbox: unsafe): it can read what this user can read, reach the network and change this user's files";

    private static readonly string[] Names = ["bubblewrap", "jail", "unsafe"];

    /// <summary>Every word that an option takes.</summary>
    public static IReadOnlyList<string> Words { get; } = [Auto, .. Names];

    /// <summary>The kinds that confine, the strongest first.</summary>
    public static IReadOnlyList<SandboxKind> Confining { get; } = [SandboxKind.Bubblewrap, SandboxKind.Jail];

    /// <summary>The word.</summary>
    public static string Word(this SandboxKind kind) => Names[(int)kind];

    /// <summary>The kind that an option's word asks for; null: the strongest that works.</summary>
    /// <exception cref="ArgumentException">It is none of <see cref="Words"/>.</exception>
    public static SandboxKind? Parse(string word) => word == Auto ? null
        : Array.IndexOf(Names, word) is >= 0 and var index ? (SandboxKind)index : throw new ArgumentException($"there is no sandbox '{word}'; one of {string.Join(", ", Words)} is expected", nameof(word));
}
