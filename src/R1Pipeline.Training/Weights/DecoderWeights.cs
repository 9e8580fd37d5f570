using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// Parameters out of a model folder and into one. Names and shapes are checked before anything is allocated: a config that asks for more than its files hold costs
/// nothing. Refuses missing tensors, wrong shapes, tensors that nobody would read, and values that are not finite.
/// </summary>
internal static class DecoderWeights
{
    /// <summary>New parameters with the folder's values.</summary>
    /// <exception cref="StageFailedException">UserData: damaged files, names, shapes or values that do not fit.</exception>
    public static FlatParameters Load(string directory, DecoderConfig config, DecoderHead head, bool trainable)
    {
        using var source = new SafetensorsFolder(directory);
        Check(source, config, head);
        var parameters = new FlatParameters(DecoderParameters.Shapes(config, head), trainable);
        try
        {
            Read(source, config, parameters);
        }
        catch
        {
            parameters.Dispose();
            throw;
        }

        return parameters;
    }

    /// <summary>Overwrites parameters with the folder's values.</summary>
    /// <exception cref="StageFailedException">As for <see cref="Load"/>.</exception>
    public static void LoadInto(string directory, DecoderConfig config, FlatParameters parameters)
    {
        using var source = new SafetensorsFolder(directory);
        Check(source, config, DecoderParameters.HeadOf(parameters));
        Read(source, config, parameters);
    }

    /// <summary>Writes the parameters under their foreign names: <c>model.safetensors</c>, or shards and <c>model.safetensors.index.json</c>.</summary>
    /// <exception cref="StageFailedException">UserData: a weight is too large for the type.</exception>
    public static void Save(string directory, DecoderConfig config, FlatParameters parameters, ExportOptions options)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        var tensors = new List<(SafetensorsSlot Slot, Tensor Values)>();
        foreach (WeightSlice slice in WeightMap.Slices(config, DecoderParameters.HeadOf(parameters)))
        {
            WeightType type = parameters.IsBuffer(slice.Parameter) ? WeightType.Float32 : options.Type;
            Tensor values = WeightMap.Slice(parameters.ValueOf(slice.Parameter), slice);
            if (type == WeightType.Float16) RequireHalfRange(directory, slice.ForeignName, values);
            tensors.Add((SlotOf(slice, type), values));
        }

        ShardedWriter.Write(directory, tensors, options.MaxShardBytes);
    }

    private static SafetensorsSlot SlotOf(WeightSlice slice, WeightType type)
    {
        string dtype = type.SafetensorsName();
        return new SafetensorsSlot(slice.ForeignName, dtype, slice.Shape, slice.Shape.Aggregate(1L, (product, size) => product * size) * SafetensorsHeader.SizeOf(dtype));
    }

    private static void RequireHalfRange(string directory, string name, Tensor values)
    {
        double largest = Math.Max(Number.From(values.max()), -Number.From(values.min()));
        if (largest > (double)Half.MaxValue) throw Wrong(directory, $"tensor {name} reaches {largest}, F16 ends at {Half.MaxValue}: write BF16 or F32");
    }

    private static void Read(SafetensorsFolder source, DecoderConfig config, FlatParameters parameters)
    {
        using IDisposable frozen = no_grad();
        foreach (WeightSlice slice in WeightMap.Slices(config, DecoderParameters.HeadOf(parameters)))
        {
            using var scope = NewDisposeScope();
            Tensor target = WeightMap.Slice(parameters.ValueOf(slice.Parameter), slice);
            source.ReadInto(slice.ForeignName, target);

            // Reductions that allocate nothing; both carry NaN through.
            if (!double.IsFinite(Number.From(target.max())) || !double.IsFinite(Number.From(target.min())))
                throw Wrong(source.PathOf(slice.ForeignName), $"tensor {slice.ForeignName} holds values that are not finite: the weights are damaged");
        }
    }

    private static void Check(SafetensorsFolder source, DecoderConfig config, DecoderHead head)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (WeightSlice slice in WeightMap.Slices(config, head))
        {
            IReadOnlyList<long> shape = source.ShapeOf(slice.ForeignName)
                ?? throw Wrong(source.Location, $"there is no tensor {slice.ForeignName}, which config.json asks for");
            if (!shape.SequenceEqual(slice.Shape))
                throw Wrong(source.PathOf(slice.ForeignName), $"tensor {slice.ForeignName} has shape [{string.Join(", ", shape)}], config.json asks for [{string.Join(", ", slice.Shape)}]");
            known.Add(slice.ForeignName);
        }

        string? stray = source.Names.FirstOrDefault(name => !known.Contains(name) && !WeightMap.IsLeftAside(name, config));
        if (stray is not null) throw Wrong(source.PathOf(stray), $"nothing in a {config.Family} model of this config.json reads tensor {stray}");
    }

    private static StageFailedException Wrong(string path, string problem) => new(StageFailureClass.UserData, $"{path}: {problem}");
}
