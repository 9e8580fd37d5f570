using System.Buffers.Binary;
using System.Text.Json;

namespace R1Pipeline.Cli.Models;

/// <summary>What stands in a model folder: read from <c>config.json</c> and the headers of its safetensors files; the weights themselves are not touched.</summary>
internal sealed record ModelSummary
{
    // A header longer than this is no header: the format's own readers refuse it as well.
    private const long MaxHeaderBytes = 100_000_000;

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
        problem = !Directory.Exists(directory) ? $"{directory} is not a folder"
            : !File.Exists(Path.Combine(directory, "config.json")) ? $"{directory} holds no config.json: a model folder has config.json and *.safetensors"
            : null;
        if (problem is not null) return null;
        try
        {
            using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "config.json")));
            string[] weights = [.. Directory.GetFiles(directory, "*.safetensors").Order(StringComparer.Ordinal)];
            return new ModelSummary
            {
                WeightBytes = weights.Sum(file => new FileInfo(file).Length),
                Files = [.. Directory.GetFiles(directory).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)],
                Config = config.RootElement.Clone(),
                Tensors = [.. weights.SelectMany(ReadHeader).OrderBy(tensor => tensor.Name, StringComparer.Ordinal)],
            };
        }
        catch (Exception error) when (error is JsonException or InvalidDataException or EndOfStreamException)
        {
            problem = $"{directory} cannot be read as a model folder: {error.Message}";
            return null;
        }
    }

    private static List<TensorEntry> ReadHeader(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> prefix = stackalloc byte[8];
        file.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxHeaderBytes || (long)length > file.Length - prefix.Length) throw new InvalidDataException($"{Path.GetFileName(path)} does not start with a safetensors header");
        byte[] header = new byte[length];
        file.ReadExactly(header);

        using var document = JsonDocument.Parse(header);
        var tensors = new List<TensorEntry>();
        foreach (JsonProperty tensor in document.RootElement.EnumerateObject().Where(tensor => tensor.Name != "__metadata__"))
        {
            long[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            tensors.Add(new TensorEntry(tensor.Name, tensor.Value.GetProperty("dtype").GetString()!, shape, Path.GetFileName(path)));
        }
        return tensors;
    }
}
