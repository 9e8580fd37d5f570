using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Worker.Models;

/// <summary><c>r1 model inspect --check</c>: everything that is read when a model is used, its tokenizer and chat template where it has them.</summary>
internal static class ModelCheck
{
    /// <returns>0: what is wrong is thrown.</returns>
    public static int Run(string directory)
    {
        DecoderConfig config = ModelFolder.Verify(directory);
        bool hasTemplate = ChatTemplate.Exists(directory);
        if (!hasTemplate && !ModelFile.Exists(Path.Combine(directory, "tokenizer.json"))) return 0;
        ITokenizer tokenizer = TokenizerFolder.Load(directory);
        if (tokenizer.VocabularySize > config.VocabularySize)
            throw new StageFailedException(StageFailureClass.UserData, $"{directory}: the tokenizer has {tokenizer.VocabularySize} entries but the model's vocabulary only {config.VocabularySize}; use the tokenizer that the model was made with");
        if (hasTemplate) _ = ChatTemplate.Load(directory, tokenizer);
        return 0;
    }
}
