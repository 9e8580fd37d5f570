using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// An adapter as PEFT stores one: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>. The same adapter gives the same bytes.
/// </summary>
public static class AdapterFolder
{
    /// <summary>The matrices.</summary>
    internal const string WeightsFile = "adapter_model.safetensors";

    /// <summary>Loads an adapter of a model, trainable or not, without dropout; with <paramref name="head"/> a reward model's, which has its score head.</summary>
    /// <exception cref="StageFailedException">UserData: not an adapter that this core computes, or one of another model.</exception>
    public static LoraAdapter Load(string directory, DecoderConfig config, bool trainable = false, DecoderHead head = DecoderHead.Vocabulary, Placement? placement = null)
    {
        LoraOptions options = PeftConfig.Read(directory, head);
        long? scoreWidth = head == DecoderHead.Score ? config.HiddenSize : null;
        IReadOnlyList<WeightSlice> targets = LoraTargets.Of(config, options.Targets, $"{Path.Combine(directory, PeftConfig.FileName)}: target_modules");
        using SafetensorsReader source = Open(directory, PeftWeightMap.Slices(targets, options.Rank, scoreWidth));
        var adapter = new LoraAdapter(options, targets, trainable, dropout: null, scoreWidth, placement);
        try
        {
            Read(source, adapter);
        }
        catch
        {
            adapter.Dispose();
            throw;
        }

        return adapter;
    }

    /// <summary>Writes an adapter into an existing folder.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="directory">The folder, without an adapter.</param>
    /// <param name="baseModel">What the adapter belongs to; null: it is not said.</param>
    public static void Save(LoraAdapter adapter, string directory, string? baseModel = null)
    {
        SaveConfig(adapter, directory, baseModel);
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            Path.Combine(directory, WeightsFile),
            PeftWeightMap.Slices(adapter).Select(slice => KeyValuePair.Create(slice.ForeignName, WeightMap.Slice(adapter.Parameters.ValueOf(slice.Parameter), slice))));
    }

    /// <summary>Writes all but the matrices.</summary>
    public static void SaveConfig(LoraAdapter adapter, string directory, string? baseModel = null) => PeftConfig.Write(adapter, directory, baseModel);

    /// <summary>Overwrites an adapter's matrices with the folder's.</summary>
    /// <exception cref="StageFailedException">UserData: names, shapes or values do not fit.</exception>
    internal static void LoadInto(string directory, LoraAdapter adapter)
    {
        using SafetensorsReader source = Open(directory, PeftWeightMap.Slices(adapter));
        Read(source, adapter);
    }

    // Names and shapes are checked before anything is allocated: a rank that the file does not have costs nothing.
    private static SafetensorsReader Open(string directory, IEnumerable<WeightSlice> slices)
    {
        var source = new SafetensorsReader(Path.Combine(directory, WeightsFile));
        try
        {
            var unread = new HashSet<string>(source.Entries.Keys, StringComparer.Ordinal);
            foreach (WeightSlice slice in slices)
            {
                if (!source.Entries.TryGetValue(slice.ForeignName, out SafetensorsEntry? entry)) throw Wrong(source, $"there is no tensor {slice.ForeignName}");
                if (!entry.Shape.SequenceEqual(slice.Shape)) throw Wrong(source, $"tensor {slice.ForeignName} has shape [{string.Join(", ", entry.Shape)}], [{string.Join(", ", slice.Shape)}] is expected");
                unread.Remove(slice.ForeignName);
            }

            return unread.Order(StringComparer.Ordinal).FirstOrDefault() is { } stray ? throw Wrong(source, $"nothing in this adapter reads tensor {stray}") : source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static void Read(SafetensorsReader source, LoraAdapter adapter)
    {
        using IDisposable frozen = no_grad();
        foreach (WeightSlice slice in PeftWeightMap.Slices(adapter))
        {
            using var scope = NewDisposeScope();
            Tensor value = WeightMap.Slice(adapter.Parameters.ValueOf(slice.Parameter), slice);
            Tensor target = adapter.Parameters.HasMasters ? value : empty(value.shape, device: CPU);
            source.ReadInto(slice.ForeignName, target);
            if (!double.IsFinite(Number.From(target.abs().max()))) throw Wrong(source, $"tensor {slice.ForeignName} holds values that are not finite: the file is damaged");
            if (!adapter.Parameters.HasMasters) _ = value.copy_(target);
        }

        adapter.Parameters.Publish();
    }

    private static StageFailedException Wrong(SafetensorsReader source, string problem) => new(StageFailureClass.UserData, $"{source.Path}: {problem}");
}
