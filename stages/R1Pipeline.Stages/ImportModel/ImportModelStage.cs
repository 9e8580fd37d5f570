using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.StageHost;
using R1Pipeline.Stages.Models;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Stages.ImportModel;

/// <summary>
/// Takes a Hugging Face folder into the store: weights as they are, plus the chat template that the chain shall use. One step.
/// Refuses a folder that this product cannot compute with, before anything is copied for good: text side and weights are read once as the next stage will read them,
/// and where the user has them, so that a message names a file that is still there.
/// </summary>
public sealed class ImportModelStage : IStage
{
    /// <inheritdoc/>
    public string Uses => "import-model";

    /// <inheritdoc/>
    public StageResult Execute(StageContext context)
    {
        var options = context.Options<ImportModelOptions>();
        context.Plan(1);
        if (!Directory.Exists(options.Path))
        {
            throw new StageFailedException(StageFailureClass.UserData, $"stage {context.Request.Stage}: path {options.Path} is no folder; give the folder of a Hugging Face model.");
        }

        var metrics = new Dictionary<string, double>();
        var config = DecoderConfigFile.Read(options.Path);
        _ = GenerationConfigFile.Read(options.Path, config.VocabularySize);
        var tokenizer = TokenizerFolder.Load(options.Path);
        ChatTemplate? named = options.ChatTemplate is null ? null : Named(options, tokenizer);
        if (named is null) _ = ChatTemplate.Load(options.Path, tokenizer);
        using (Decoder decoder = ModelFolder.Load(options.Path, trainable: false)) metrics["parameters"] = decoder.Parameters.Count;
        if (ModelFolder.PredictionTensors(options.Path) is [_, ..] left)
            context.Log.Warning("{Count} tensors of layers for multi-token prediction ({First:l}, …) are not trained: a model that is made from this one has none", left.Count, left[0]);
        var artifact = context.CommitArtifact(ArtifactKind.Model, directory =>
        {
            metrics["bytes"] = ModelFiles.Copy(options.Path, directory, context.Progress);
            Complete(context, directory, named, tokenizer, config);
        });
        context.CompleteStep(new StepMetrics(1, null, metrics));
        return new StageResult(artifact, metrics, []);
    }

    private static ChatTemplate Named(ImportModelOptions options, ITokenizer tokenizer)
    {
        var template = ChatTemplate.Named(options.ChatTemplate!, tokenizer.TokenOf(tokenizer.EosId));
        return tokenizer.IdOf(template.EndOfTurn) is not null
            ? template
            : throw new StageFailedException(
                StageFailureClass.UserData,
                $"chat-template {template.Name} ends a turn with {template.EndOfTurn}, which the tokenizer of {options.Path} does not have; choose another one (accepted: {string.Join(", ", ChatTemplate.Names)}), or none where the model has its own");
    }

    /// <summary>Gives the copied folder, whose tokenizer and configuration these are, its chat template, and probes how it fits.</summary>
    private static void Complete(StageContext context, string directory, ChatTemplate? named, ITokenizer tokenizer, DecoderConfig config)
    {
        if (named is not null)
        {
            File.Delete(Path.Combine(directory, "chat_template.jinja"));
            named.Save(directory);
            ModelFiles.PutEndTokenFirst(directory, tokenizer.IdOf(named.EndOfTurn)!.Value, always: true);
        }
        else
        {
            EndTurns(directory, tokenizer);
        }

        EntryProbe.Check(ModelText.Load(directory), config, $"model of stage {context.Request.Stage}");
    }

    /// <summary>
    /// A model may stop at several tokens and name another one than the end of a turn as its tokenizer's <c>eos_token</c>: the chain trains and stops at the
    /// end of a turn.
    /// </summary>
    private static void EndTurns(string directory, ITokenizer tokenizer)
    {
        var template = ChatTemplate.Load(directory, tokenizer);
        if (template.Name != ChatTemplate.Own) return;
        if (template.EndOfTurn != tokenizer.TokenOf(tokenizer.EosId)) template.Save(directory);
        ModelFiles.PutEndTokenFirst(directory, tokenizer.IdOf(template.EndOfTurn)!.Value, always: false);
    }
}
