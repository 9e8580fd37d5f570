using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Checkpoints;

/// <summary>
/// Reads back what <see cref="TrainingSnapshot"/> took: weights, both Adam moments, counters. Refuses a checkpoint of another model.
/// </summary>
public static class TrainingCheckpoint
{
    /// <summary>Restores parameters, moments and the step.</summary>
    /// <param name="directory">Folder of a verified checkpoint.</param>
    /// <param name="weights">Overwritten.</param>
    /// <param name="optimizer">Overwritten.</param>
    /// <exception cref="StageFailedException">UserData: the folder is not a checkpoint of this model.</exception>
    public static TrainingState Read(string directory, TrainedWeights weights, AdamW optimizer)
    {
        TrainingState state = ReadState(directory);
        ReadWeights(directory, weights);
        ReadFlat(directory, TrainingFiles.FirstMoment, optimizer.FirstMoment);
        ReadFlat(directory, TrainingFiles.SecondMoment, optimizer.SecondMoment);
        optimizer.StepsDone = state.Step;
        return state;
    }

    /// <summary>Whether the checkpoint carries a reference policy.</summary>
    internal static bool HasReference(string directory) => File.Exists(Path.Combine(directory, TrainingFiles.Reference));

    /// <summary>Restores the reference policy.</summary>
    internal static void ReadReference(string directory, FlatParameters reference) => reference.Overwrite(values => ReadFlat(directory, TrainingFiles.Reference, values));

    private static void ReadWeights(string directory, TrainedWeights weights)
    {
        try
        {
            weights.Load(directory);
        }
        catch (StageFailedException misfit)
        {
            throw new StageFailedException(misfit.Failure, $"{misfit.Message}: it is the checkpoint of another model", misfit);
        }
    }

    private static void ReadFlat(string directory, string name, Tensor target)
    {
        string path = Path.Combine(directory, name), tensor = TrainingFiles.TensorOf(name);
        using var reader = new SafetensorsReader(path);
        long found = reader.Entries.TryGetValue(tensor, out SafetensorsEntry? entry) ? entry.Shape.Aggregate(1L, (product, size) => product * size) : 0;
        if (found != target.numel())
            throw new StageFailedException(StageFailureClass.UserData, $"{path} has {found} values, the model {target.numel()}: it is the checkpoint of another model");
        reader.ReadInto(tensor, target);
    }

    private static TrainingState ReadState(string directory)
    {
        string path = Path.Combine(directory, TrainingFiles.State);
        try
        {
            return JsonSerializer.Deserialize<TrainingState>(File.ReadAllBytes(path), ContractJson.Indented) ?? throw new JsonException("null");
        }
        catch (Exception failure) when (failure is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{path} is not the state of a training checkpoint: {failure.Message}", failure);
        }
    }
}
