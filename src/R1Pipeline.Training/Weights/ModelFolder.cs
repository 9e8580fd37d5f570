using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// A language model as a Hugging Face folder: <c>config.json</c>, <c>generation_config.json</c>, weights in one file or in shards. The same model gives the
/// same bytes. Tokenizer and chat template are the Data room's files.
/// </summary>
public static class ModelFolder
{
    /// <summary>Loads a model.</summary>
    /// <param name="directory">The folder; weights in one file or in shards, F32, F16 or BF16.</param>
    /// <param name="trainable">Whether it gets a gradient buffer.</param>
    /// <param name="placement">Where it lies and in which type it computes; null: the host, in fp32.</param>
    /// <exception cref="StageFailedException">UserData: not a model that this core computes.</exception>
    public static Decoder Load(string directory, bool trainable = true, Placement? placement = null)
    {
        DecoderConfig config = DecoderConfigFile.Read(directory);
        FlatParameters parameters = DecoderWeights.Load(directory, config, DecoderHead.Vocabulary, trainable, placement);
        return new Decoder(config, parameters, origin: new WeightOrigin(directory, config, DecoderHead.Vocabulary));
    }

    /// <summary>Whether <see cref="Load(string, bool, Placement?)"/> and the stages would take a folder, a reward model's too, found out with memory for its largest tensor only.</summary>
    /// <returns>Its configuration.</returns>
    /// <exception cref="StageFailedException">UserData: they would not; why, as they would say it.</exception>
    public static DecoderConfig Verify(string directory)
    {
        DecoderHead head = DecoderConfigFile.HeadOf(directory);
        DecoderConfig config = DecoderConfigFile.Read(directory, head);
        _ = GenerationConfigFile.Read(directory, config.VocabularySize);
        DecoderWeights.Verify(directory, config, head);
        return config;
    }

    /// <summary>Tensors of the folder that no model here reads, and that are missing from what is trained or converted: those of layers for multi-token prediction.</summary>
    /// <exception cref="StageFailedException">UserData: not a model that this core computes.</exception>
    public static IReadOnlyList<string> PredictionTensors(string directory)
    {
        DecoderConfig config = DecoderConfigFile.Read(directory);
        using var source = new SafetensorsFolder(directory);
        return [.. source.Names.Where(name => WeightMap.IsOfPredictionLayer(name, config)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Loads a model whose projections are quantised: to be sampled from, or to train an adapter on.</summary>
    /// <exception cref="StageFailedException">UserData: not a model that this core computes.</exception>
    public static Decoder LoadQuantized(string directory, Placement? placement = null)
    {
        DecoderConfig config = DecoderConfigFile.Read(directory);
        (FlatParameters parameters, QuantizedProjections quantized) = DecoderWeights.LoadQuantized(directory, config, placement);
        return new Decoder(config, parameters, quantized, new WeightOrigin(directory, config, DecoderHead.Vocabulary));
    }

    /// <summary>Loads a model to be sampled from, as a command asks for it: with an adapter on it, quantised or not, as in QLoRA's training.</summary>
    /// <exception cref="StageFailedException">UserData: there is no such device, model or adapter is not computed here, or they do not fit together.</exception>
    public static Decoder Load(ModelSource source)
    {
        var placement = Placement.Resolve(source.Device, source.Precision);
        Decoder decoder = source.Quantize is null ? Load(source.Directory, trainable: false, placement) : LoadQuantized(source.Directory, placement);
        try
        {
            if (source.Adapter is not null) decoder.Attach(AdapterFolder.Load(source.Adapter, decoder.Config, placement: placement));
            return decoder;
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>Writes a model into an existing folder, an adapter merged into its weights and quantised ones dequantised.</summary>
    /// <param name="decoder">The model.</param>
    /// <param name="directory">The folder, without a model.</param>
    /// <param name="options">Type and size of the weight files; null: F32, shards from 5 GB on.</param>
    /// <param name="generationConfig">The <c>generation_config.json</c> that the model came with; null: a new one.</param>
    /// <exception cref="StageFailedException">UserData: a weight is too large for the type.</exception>
    public static void Save(Decoder decoder, string directory, ExportOptions? options = null, byte[]? generationConfig = null)
    {
        options ??= new ExportOptions();
        SaveConfig(decoder.Config, directory, options.Type, generationConfig);
        DecoderWeights.Save(directory, decoder.Config, DecoderHead.Vocabulary, decoder.Merged, options);
    }

    /// <summary>Writes all but the weights.</summary>
    public static void SaveConfig(DecoderConfig config, string directory, WeightType type = WeightType.Float32, byte[]? generationConfig = null)
    {
        DecoderConfigFile.Write(config, directory, DecoderHead.Vocabulary, type);
        GenerationConfigFile.Write(directory, generationConfig, config.BosTokenId, config.EndTokenIds, config.PadTokenId);
    }
}
