namespace R1Pipeline.Data.Tokenizers;

/// <summary>The built-in tokenizers of <c>pretraining.tokenizer</c>.</summary>
public static class TokenizerNames
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } = ["addition", "bytes"];

    /// <summary>The tokenizer of that name; UserData for another.</summary>
    public static ITokenizer Create(string name) => throw new NotSupportedException(name);
}
