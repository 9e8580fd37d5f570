using System.Text.Json;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;

namespace R1Pipeline.Cli.Models;

/// <summary>What stands in a model folder: read from <c>config.json</c> and the headers of its safetensors files; the weights themselves are not touched.</summary>
internal sealed record ModelSummary
{
    /// <summary>Sum of all tensor sizes.</summary>
    public long NumParameters => Tensors.Sum(tensor => tensor.Shape.Aggregate(1L, (product, size) => product * size));

    /// <summary>Size of the weight files in bytes.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Names of the folder's files, ascending.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary><c>config.json</c>.</summary>
    public required JsonElement Config { get; init; }

    /// <summary>Every tensor, by name.</summary>
    public required IReadOnlyList<TensorEntry> Tensors { get; init; }

    /// <summary>Reads a folder; null with the problem when it is no model folder.</summary>
    public static ModelSummary? Read(string directory, out string? problem)
    {
        try
        {
            problem = !Directory.Exists(directory) ? $"{directory} is not a folder"
                : !ModelFile.Exists(Path.Combine(directory, "config.json")) ? $"{directory} holds no config.json: {StandIns.OfFolder(directory) ?? "a model folder has config.json and *.safetensors"}"
                : null;
            if (problem is not null) return null;
            using JsonDocument config = ModelJson.Read(Path.Combine(directory, "config.json"));
            IReadOnlyList<string> weights = WeightFiles.Of(directory);
            return new ModelSummary
            {
                WeightBytes = weights.Sum(ModelFile.LengthOf),
                Files = [.. Directory.GetFiles(directory).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)],
                Config = config.RootElement.Clone(),
                Tensors = [.. weights.SelectMany(ReadHeader).OrderBy(tensor => tensor.Name, StringComparer.Ordinal)],
            };
        }
        catch (StageFailedException error)
        {
            problem = error.Message;
            return null;
        }
    }

    private static IEnumerable<TensorEntry> ReadHeader(string path)
    {
        using FileStream file = ModelFile.Open(path);
        return [.. SafetensorsHeader.Read(file, path).Values.Select(tensor => new TensorEntry(tensor.Name, tensor.Dtype, tensor.Shape, Path.GetFileName(path)))];
    }
}
