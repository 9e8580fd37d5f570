using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Worker.Models;

/// <summary><c>r1 model inspect --check</c>: everything that is read when a model is used, its tokenizer and chat template where it has them.</summary>
internal static class ModelCheck
{
    /// <returns>0: what is wrong is thrown.</returns>
    public static int Run(string directory)
    {
        ModelFolder.Verify(directory);
        if (ModelFile.Exists(Path.Combine(directory, "tokenizer.json"))) _ = TokenizerFolder.Load(directory);
        if (ChatTemplate.Exists(directory)) _ = ChatTemplate.Load(directory);
        return 0;
    }
}
