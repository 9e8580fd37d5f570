using System.Text.Json;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>
/// A stage's output in a handful of figures: its metrics, the sizes of its files, and for weights the length of the way they went and its projection on a fixed direction.
/// Figures and not hashes: another processor's rounding must not look like other code.
/// </summary>
internal static class StageOutput
{
    /// <summary>The figures by name, metrics first.</summary>
    /// <param name="run">The attempt.</param>
    /// <param name="input">Folder of the model it started from; null: its weights are measured from zero.</param>
    public static SortedDictionary<string, double> FiguresOf(StageRun run, string? input = null)
    {
        var figures = new SortedDictionary<string, double>(StringComparer.Ordinal);
        AddNumbers(figures, "", run.Metrics);
        foreach (string file in run.Files.Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal) && !IsStoresOwn(file)))
        {
            figures[$"bytes.{file}"] = new FileInfo(Path.Combine(run.Directory, file)).Length;
        }
        if (!File.Exists(Path.Combine(run.Directory, "model.safetensors"))) return figures;

        using var weights = new SafetensorsReader(Path.Combine(run.Directory, "model.safetensors"));
        using SafetensorsReader? before = input is null ? null : new SafetensorsReader(Path.Combine(input, "model.safetensors"));
        double squares = 0, projection = 0;
        long index = 0;
        foreach (string name in weights.Entries.Keys.Order(StringComparer.Ordinal))
        {
            float[] after = Values(weights, name);
            float[]? start = before is not null && before.Entries.ContainsKey(name) ? Values(before, name) : null;
            for (int i = 0; i < after.Length; i++, index++)
            {
                double moved = after[i] - (start is null ? 0 : start[i]);
                squares += moved * moved;
                projection += moved * Math.Cos(index);
            }
        }
        figures["weights.moved"] = Math.Sqrt(squares);
        figures["weights.direction"] = squares == 0 ? 0 : projection / Math.Sqrt(squares);
        return figures;
    }

    private static void AddNumbers(SortedDictionary<string, double> figures, string path, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Number) figures[path] = element.GetDouble();
        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (JsonProperty property in element.EnumerateObject()) AddNumbers(figures, path.Length == 0 ? property.Name : $"{path}.{property.Name}", property.Value);
    }

    private static bool IsStoresOwn(string file) => file is "artifact.json" or "provenance.json";

    private static float[] Values(SafetensorsReader weights, string name)
    {
        using TorchSharp.torch.Tensor tensor = weights.Read(name);
        return [.. tensor.to(TorchSharp.torch.float32).data<float>()];
    }
}
