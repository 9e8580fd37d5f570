using System.Text.Json.Nodes;

namespace R1Pipeline.Data.Tokenizers;

/// <summary>Reads whatever tokenizer a model folder holds. One that would not give the same ids as other software is refused, never approximated.</summary>
public static class TokenizerFolder
{
    /// <summary>The folder's tokenizer; StageFailedException(UserData) when there is none or it has parts that are not supported.</summary>
    public static ITokenizer Load(string directory)
    {
        TokenizerFiles files = TokenizerFiles.Load(directory);
        return TokenizerFiles.TextOf(files.Model["type"]) switch
        {
            "WordLevel" when TokenizerFiles.TextOf((files.Root["pre_tokenizer"] as JsonObject)?["type"]) == "WhitespaceSplit" && files.Root["normalizer"] is null => new WordTokenizer(files),
            "WordLevel" => throw files.Unusable("a WordLevel model is supported with the WhitespaceSplit pre-tokenizer and no normalizer only"),
            "BPE" => new BpeTokenizer(files),
            string type => throw files.Unusable($"the tokenizer model {type} is not supported (supported: WordLevel, byte-level BPE)"),
            null => throw files.Unusable("tokenizer.json names no model type"),
        };
    }
}
