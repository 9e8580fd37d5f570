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
    public static FlatParameters Load(string directory, DecoderConfig config, DecoderHead head, bool trainable, Placement? placement = null)
    {
        using var source = new SafetensorsFolder(directory);
        Check(source, config, head);
        var parameters = new FlatParameters(DecoderParameters.Shapes(config, head), trainable, placement);
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

    /// <summary>New parameters with the folder's values, to be read only; the projections are quantised module by module while they are read.</summary>
    /// <exception cref="StageFailedException">As for <see cref="Load"/>.</exception>
    public static (FlatParameters Parameters, QuantizedProjections Quantized) LoadQuantized(string directory, DecoderConfig config, Placement? placement = null)
    {
        using var source = new SafetensorsFolder(directory);
        Check(source, config, DecoderHead.Vocabulary);
        HashSet<string> projections = [.. LoraTargets.Of(config, null, directory).Select(slice => slice.Parameter)];
        var parameters = new FlatParameters([.. DecoderParameters.Shapes(config, DecoderHead.Vocabulary).Where(shape => !projections.Contains(shape.Name))], withGradients: false, placement);
        var quantized = new QuantizedProjections();
        try
        {
            Read(source, config, parameters, quantized);
        }
        catch
        {
            parameters.Dispose();
            quantized.Dispose();
            throw;
        }

        return (parameters, quantized);
    }

    /// <summary>Overwrites parameters with the folder's values.</summary>
    /// <exception cref="StageFailedException">As for <see cref="Load"/>.</exception>
    public static void LoadInto(string directory, DecoderConfig config, FlatParameters parameters)
    {
        using var source = new SafetensorsFolder(directory);
        Check(source, config, DecoderParameters.HeadOf(parameters));
        Read(source, config, parameters);
    }

    /// <summary>Reads everything that <see cref="Load"/> would, one tensor after the other, and keeps none.</summary>
    /// <exception cref="StageFailedException">As for <see cref="Load"/>.</exception>
    public static void Verify(string directory, DecoderConfig config, DecoderHead head)
    {
        using var source = new SafetensorsFolder(directory);
        Check(source, config, head);
        using IDisposable frozen = no_grad();
        using var all = NewDisposeScope();
        List<WeightSlice> slices = [.. WeightMap.Slices(config, head)];
        Tensor staging = empty(slices.Max(Count), device: CPU);
        foreach (WeightSlice slice in slices)
        {
            using var scope = NewDisposeScope();
            ReadFinite(source, slice, staging.narrow(0, 0, Count(slice)).view(slice.Shape));
        }
    }

    /// <summary>Writes the parameters under their foreign names: <c>model.safetensors</c>, or shards and <c>model.safetensors.index.json</c>.</summary>
    /// <param name="directory">The folder, without weights.</param>
    /// <param name="config">The model.</param>
    /// <param name="head">Its head.</param>
    /// <param name="valueOf">A parameter's values by its name, asked for once for every tensor and let go of before the next.</param>
    /// <param name="options">Type and size of the files.</param>
    /// <exception cref="StageFailedException">UserData: a weight is too large for the type.</exception>
    public static void Save(string directory, DecoderConfig config, DecoderHead head, Func<string, Tensor> valueOf, ExportOptions options)
    {
        using IDisposable frozen = no_grad();
        HashSet<string> buffers = [.. DecoderParameters.Shapes(config, head).Where(shape => shape.IsBuffer).Select(shape => shape.Name)];
        var tensors = new List<(SafetensorsSlot Slot, Func<Tensor> Values)>();
        foreach (WeightSlice slice in WeightMap.Slices(config, head))
        {
            WeightType type = buffers.Contains(slice.Parameter) ? WeightType.Float32 : options.Type;
            Tensor Values() => WeightMap.Slice(valueOf(slice.Parameter), slice);
            if (type == WeightType.Float16) RequireHalfRange(directory, slice.ForeignName, Values);
            tensors.Add((SlotOf(slice, type), Values));
        }

        ShardedWriter.Write(directory, tensors, options.MaxShardBytes);
    }

    private static SafetensorsSlot SlotOf(WeightSlice slice, WeightType type)
    {
        string dtype = type.SafetensorsName();
        return new SafetensorsSlot(slice.ForeignName, dtype, slice.Shape, Count(slice) * SafetensorsHeader.SizeOf(dtype));
    }

    private static void RequireHalfRange(string directory, string name, Func<Tensor> valuesOf)
    {
        using var scope = NewDisposeScope();
        Tensor values = valuesOf();
        double largest = Math.Max(Number.From(values.max()), -Number.From(values.min()));
        if (largest > (double)Half.MaxValue) throw Wrong(directory, $"tensor {name} reaches {largest}, F16 ends at {Half.MaxValue}: write BF16 or F32");
    }

    private static void Read(SafetensorsFolder source, DecoderConfig config, FlatParameters parameters, QuantizedProjections? quantized = null)
    {
        using IDisposable frozen = no_grad();
        using var all = NewDisposeScope();
        List<WeightSlice> slices = [.. WeightMap.Slices(config, DecoderParameters.HeadOf(parameters))];
        long room = slices.Where(slice => !IsDirect(slice)).Select(Count).DefaultIfEmpty(0).Max();
        Tensor staging = empty(room, device: parameters.Placement.Device);                              // one for all: see Nf4Blocks.DequantizeInto
        foreach (WeightSlice slice in slices)
        {
            using var scope = NewDisposeScope();
            bool isFlat = parameters.Contains(slice.Parameter);
            Tensor target = IsDirect(slice) ? WeightMap.Slice(parameters.ValueOf(slice.Parameter), slice) : staging.narrow(0, 0, Count(slice)).view(slice.Shape);
            ReadFinite(source, slice, target);
            if (!isFlat) quantized!.Add(slice.Parameter, slice.FirstRow, target);
            else if (!IsDirect(slice)) _ = WeightMap.Slice(parameters.ValueOf(slice.Parameter), slice).copy_(target);
        }

        parameters.Publish();

        // What is there in fp32 is read in place.
        bool IsDirect(WeightSlice slice) => parameters.Contains(slice.Parameter) && (parameters.HasMasters || parameters.IsBuffer(slice.Parameter));
    }

    private static void ReadFinite(SafetensorsFolder source, WeightSlice slice, Tensor target)
    {
        source.ReadInto(slice.ForeignName, target);

        // Reductions that allocate nothing; both carry NaN through.
        if (!double.IsFinite(Number.From(target.max())) || !double.IsFinite(Number.From(target.min())))
            throw Wrong(source.PathOf(slice.ForeignName), $"tensor {slice.ForeignName} holds values that are not finite: the weights are damaged");
    }

    private static long Count(WeightSlice slice) => slice.Shape.Aggregate(1L, (product, size) => product * size);

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
