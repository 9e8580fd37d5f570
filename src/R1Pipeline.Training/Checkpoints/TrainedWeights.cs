using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Weights;

namespace R1Pipeline.Training.Checkpoints;

/// <summary>What a loop trains, and how a checkpoint holds it: a model under its Hugging Face names, or an adapter under PEFT's and not the model below it.</summary>
public sealed class TrainedWeights
{
    private readonly Action<string> _load;

    private TrainedWeights(FlatParameters parameters, string fileName, IReadOnlyList<SafetensorsSlot> slots, Action<string> load) =>
        (Parameters, FileName, Slots, _load) = (parameters, fileName, slots, load);

    /// <summary>The parameters that the optimizer moves.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>The file of a checkpoint that holds them.</summary>
    internal string FileName { get; }

    /// <summary>The tensors of that file, in the order in which their values lie in the buffer.</summary>
    internal IReadOnlyList<SafetensorsSlot> Slots { get; }

    /// <summary>The decoder's adapter, or the whole decoder where it has none.</summary>
    public static TrainedWeights Of(Decoder decoder) => decoder.Adapter is { } adapter
        ? new(adapter.Parameters, AdapterFolder.WeightsFile, WeightMap.StorageOrder(PeftWeightMap.Slices(adapter), adapter.Parameters), directory => AdapterFolder.LoadInto(directory, adapter))
        : Of(decoder.Config, decoder.Parameters);

    /// <summary>A reward model, its head included: that, or its adapter.</summary>
    public static TrainedWeights Of(RewardModel model) => Of(model.Body);

    /// <summary>Overwrites the parameters with those of a checkpoint.</summary>
    internal void Load(string directory) => _load(directory);

    private static TrainedWeights Of(DecoderConfig config, FlatParameters parameters) => new(
        parameters,
        TrainingFiles.Weights,
        WeightMap.StorageOrder(WeightMap.Slices(config, DecoderParameters.HeadOf(parameters)), parameters),
        directory => DecoderWeights.LoadInto(directory, config, parameters));
}
