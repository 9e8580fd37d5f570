using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// A language model as a Hugging Face folder: <c>config.json</c>, <c>generation_config.json</c>, <c>model.safetensors</c>. The same model gives the same
/// bytes. Tokenizer and chat template are the Data room's files.
/// </summary>
public static class ModelFolder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Loads a model.</summary>
    /// <param name="directory">The folder; weights in one file or in shards, F32, F16 or BF16.</param>
    /// <param name="trainable">Whether it gets a gradient buffer.</param>
    /// <exception cref="StageFailedException">UserData: not a model that this core computes.</exception>
    public static Decoder Load(string directory, bool trainable = true)
    {
        DecoderConfig config = DecoderConfigFile.Read(directory);
        using var weights = new SafetensorsFolder(directory);
        var parameters = new FlatParameters(DecoderParameters.Shapes(config, withOutput: true), trainable);
        try
        {
            Qwen2WeightMap.Load(weights, directory, config, parameters);
        }
        catch
        {
            parameters.Dispose();
            throw;
        }

        return new Decoder(config, parameters);
    }

    /// <summary>Writes a model into an existing folder, in fp32.</summary>
    public static void Save(Decoder decoder, string directory)
    {
        SaveConfig(decoder.Config, directory);
        Qwen2WeightMap.Save(Path.Combine(directory, "model.safetensors"), decoder.Config, decoder.Parameters);
    }

    /// <summary>Writes all but the weights.</summary>
    public static void SaveConfig(DecoderConfig config, string directory)
    {
        DecoderConfigFile.Write(config, directory);
        var generation = new JsonObject();
        if (config.BosTokenId is { } bos) generation["bos_token_id"] = bos;
        if (config.EosTokenId is { } eos) generation["eos_token_id"] = eos;
        if (config.PadTokenId is { } pad) generation["pad_token_id"] = pad;
        File.WriteAllText(Path.Combine(directory, "generation_config.json"), generation.ToJsonString(Indented) + "\n");
    }
}
