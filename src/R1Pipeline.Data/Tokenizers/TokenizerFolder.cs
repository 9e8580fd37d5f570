namespace R1Pipeline.Data.Tokenizers;

/// <summary>Reads whatever tokenizer a model folder holds. One that would not give the same ids as other software is refused, never approximated.</summary>
public static class TokenizerFolder
{
    /// <summary>The folder's tokenizer; StageFailedException(UserData) when there is none or it has parts that are not supported.</summary>
    public static ITokenizer Load(string directory) => throw new NotSupportedException(directory);
}
