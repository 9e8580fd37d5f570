using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.StageHost;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Stages.Models;

/// <summary>A decoder with its text side: what a complete Hugging Face model folder holds. Owns the decoder. Refuses a folder that fails the entry probe.</summary>
/// <param name="decoder">The weights.</param>
/// <param name="text">Tokenizer and chat template.</param>
/// <param name="generationConfig">The <c>generation_config.json</c> that the model came with, which it keeps; null: none yet.</param>
/// <param name="origin">The artifact that the weights came from; null: none.</param>
internal sealed class LanguageModel(Decoder decoder, ModelText text, byte[]? generationConfig = null, ArtifactRef? origin = null) : IDisposable
{
    private const string AdapterDirectory = "adapter";

    private string? Origin => origin is null ? null : $"sha256:{origin.Sha256}";

    /// <summary>The weights.</summary>
    public Decoder Decoder { get; } = decoder;

    /// <summary>Tokenizer and chat template.</summary>
    public ModelText Text { get; } = text;

    /// <summary>Loads an input model to be trained, and probes it: all of its weights, or with <paramref name="lora"/> a new adapter on them, with a score head for a reward model.</summary>
    /// <exception cref="StageFailedException">The parts of the folder do not fit together, or the adapter does not fit the model.</exception>
    public static LanguageModel OpenToTrain(StageContext context, StageArtifact artifact, LoraOptions? lora, DecoderHead head = DecoderHead.Vocabulary)
    {
        var model = Open(context, artifact, trainable: lora is null, lora?.Quantize);
        if (lora is null) return model;
        try
        {
            model.Decoder.Attach(LoraAdapter.Create(model.Decoder.Config, lora, context.Request.Seed, context.Request.Stage, head, model.Decoder.Placement));
        }
        catch
        {
            model.Dispose();
            throw;
        }

        context.Log.Information("An adapter of {Trained} parameters is trained; the model's {Frozen} stay as they are", model.Decoder.Trained.Count, model.Decoder.Parameters.Count);
        if (model.Decoder.Quantized is { } quantized) context.Log.Information("Its projections are beside them, quantised, in {Bytes} bytes", quantized.Bytes);
        return model;
    }

    /// <summary>Loads an input model to be sampled from, without memory for gradients, and probes it.</summary>
    /// <exception cref="StageFailedException">The parts of the folder do not fit together.</exception>
    public static LanguageModel OpenToSample(StageContext context, StageArtifact artifact) => Open(context, artifact, trainable: false, quantize: null);

    /// <summary>
    /// Writes a complete model folder: configuration, weights, tokenizer, chat template. An adapter is written into a folder of its own in it, and merged into
    /// the weights that are written.
    /// </summary>
    public void Save(string directory)
    {
        SaveAdapter(directory);
        ModelFolder.Save(Decoder, directory, generationConfig: generationConfig);
        Text.Save(directory);
    }

    /// <summary>Writes the adapter, where there is one, into a folder of its own in that of its model.</summary>
    public void SaveAdapter(string directory)
    {
        if (Decoder.Adapter is { } adapter) AdapterFolder.Save(adapter, Directory.CreateDirectory(Path.Combine(directory, AdapterDirectory)).FullName, Origin);
    }

    /// <summary>Lets the checkpoints of the stage carry all of the folder but the weights that change: of a model's folder, or of its adapter's.</summary>
    public void CarryIn(StageContext context) => context.Carry(directory =>
    {
        if (Decoder.Adapter is { } adapter) AdapterFolder.SaveConfig(adapter, directory, Origin);
        else ModelFolder.SaveConfig(Decoder.Config, directory, generationConfig: generationConfig);
        Text.Save(directory);
    });

    /// <summary>An engine that samples from this model, at most <paramref name="maxRows"/> outputs side by side, fewer after memory ran out.</summary>
    public GenerationEngine NewEngine(StageContext context, int maxRows, int? prefillTokens) => new(Decoder, Text.StopIds, context.MicroBatch(maxRows), prefillTokens);

    /// <inheritdoc/>
    public void Dispose() => Decoder.Dispose();

    // The probe needs no weights: a folder whose parts do not fit is refused before they are read.
    private static LanguageModel Open(StageContext context, StageArtifact artifact, bool trainable, WeightQuantization? quantize)
    {
        context.Phase("loading");
        var text = ModelText.Load(artifact.Directory);
        var config = DecoderConfigFile.Read(artifact.Directory);
        EntryProbe.Check(text, config, $"model of stage {artifact.Stage}");
        context.Log.Information(
            "Model of {Stage}: {Layers} layers, hidden {Hidden}, vocabulary {Vocabulary}, template {Template}",
            artifact.Stage, config.NumLayers, config.HiddenSize, config.VocabularySize, text.Template.Name);
        byte[]? generationConfig = GenerationConfigFile.Read(artifact.Directory, config.VocabularySize);
        var placement = ModelPlacement.Of(context);
        var decoder = quantize is null ? ModelFolder.Load(artifact.Directory, trainable, placement) : ModelFolder.LoadQuantized(artifact.Directory, placement);
        return new LanguageModel(decoder, text, generationConfig, artifact.Artifact);
    }
}
