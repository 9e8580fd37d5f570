using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// A model folder once more, with weight files of another type or size. All else is copied byte by byte, but for the type that <c>config.json</c> names.
/// </summary>
public static class ModelConversion
{
    private const string Config = "config.json", PredictionLayers = "num_nextn_predict_layers";

    private static readonly string[] TypeKeys = ["torch_dtype", "dtype"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes it.</summary>
    /// <param name="source">A model folder: a language model's or a reward model's.</param>
    /// <param name="target">Folder without files.</param>
    /// <param name="options">Type and size of the weight files.</param>
    /// <exception cref="StageFailedException">UserData: not a model that is read here, or a weight is too large for the type.</exception>
    public static void Write(string source, string target, ExportOptions options)
    {
        DecoderHead head = DecoderConfigFile.HeadOf(source);
        DecoderConfig config = DecoderConfigFile.Read(source, head);
        using FlatParameters parameters = DecoderWeights.Load(source, config, head, trainable: false);
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(source, file)).Where(file => !IsWeights(file) && file != Config))
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, file))!);
            File.Copy(Path.Combine(source, file), Path.Combine(target, file));
        }

        WriteConfig(source, target, options.Type);
        DecoderWeights.Save(target, config, head, parameters.ValueOf, options);
    }

    // Those of a folder below are an adapter's, already merged into the model.
    private static bool IsWeights(string file) => Path.GetDirectoryName(file) == "" && (file.EndsWith(".safetensors", StringComparison.Ordinal) || file == SafetensorsIndex.FileName);

    private static void WriteConfig(string source, string target, WeightType type)
    {
        JsonObject json = JsonNode.Parse(File.ReadAllBytes(Path.Combine(source, Config)))!.AsObject();
        foreach (string key in TypeKeys.Where(json.ContainsKey)) json[key] = type.TorchName();
        if (json.ContainsKey(PredictionLayers)) json[PredictionLayers] = 0;             // their weights are not read (WeightMap), so there are none now
        File.WriteAllText(Path.Combine(target, Config), json.ToJsonString(Indented) + "\n");
    }
}
