using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Generators;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>The built-in tokenizers of <c>pretraining.tokenizer</c>.</summary>
public static class TokenizerNames
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } = ["addition", "bytes"];

    /// <summary>The tokenizer of that name; UserData for another.</summary>
    public static ITokenizer Create(string name)
    {
        var defaults = new TrainTokenizerOptions();
        return name switch
        {
            "addition" => WordTokenizer.Create(AdditionVocabulary.All, AdditionVocabulary.Special, AdditionVocabulary.Eos, AdditionVocabulary.Pad),
            "bytes" => ByteTokenizer.Create(defaults.SpecialTokens, defaults.EosToken, defaults.PadToken),
            _ => throw new StageFailedException(StageFailureClass.UserData, $"there is no built-in tokenizer '{name}'; there are {string.Join(", ", All)}"),
        };
    }
}
