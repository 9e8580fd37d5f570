using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Checkpoints;

/// <summary>
/// The resumable state of a loop in a folder: parameters and both Adam moments as flat tensors, counters in <c>state.json</c>. Durability and hashes are the
/// host's: this class only fills and reads the folder. Refuses a checkpoint of a model of another size.
/// </summary>
public static class TrainingCheckpoint
{
    private const string Values = "parameters", FirstMoment = "first-moment", SecondMoment = "second-moment", StateFile = "state.json";

    /// <summary>Fills an empty folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="optimizer">Their optimizer.</param>
    /// <param name="state">Counters and figures.</param>
    /// <param name="further">Further flat tensors by name, for example the reference policy.</param>
    public static void Write(string directory, FlatParameters parameters, AdamW optimizer, TrainingState state, IReadOnlyDictionary<string, Tensor>? further = null)
    {
        WriteTensor(directory, Values, parameters.Values);
        WriteTensor(directory, FirstMoment, optimizer.FirstMoment);
        WriteTensor(directory, SecondMoment, optimizer.SecondMoment);
        foreach (var (name, values) in further ?? new Dictionary<string, Tensor>()) WriteTensor(directory, name, values);
        File.WriteAllBytes(Path.Combine(directory, StateFile), JsonSerializer.SerializeToUtf8Bytes(state, ContractJson.Indented));
    }

    /// <summary>Restores parameters, moments and the step.</summary>
    /// <exception cref="StageFailedException">UserData: the folder is not a checkpoint of this model.</exception>
    public static TrainingState Read(string directory, FlatParameters parameters, AdamW optimizer)
    {
        TrainingState state = ReadState(directory);
        ReadTensor(directory, Values, parameters.Values);
        ReadTensor(directory, FirstMoment, optimizer.FirstMoment);
        ReadTensor(directory, SecondMoment, optimizer.SecondMoment);
        optimizer.StepsDone = state.Step;
        return state;
    }

    /// <summary>Reads one flat tensor of a checkpoint over <paramref name="target"/>.</summary>
    /// <exception cref="StageFailedException">UserData: it is missing, damaged, or of another size.</exception>
    public static void ReadTensor(string directory, string name, Tensor target)
    {
        using var reader = new SafetensorsReader(PathOf(directory, name));
        long found = reader.Entries.TryGetValue(name, out SafetensorsEntry? entry) ? entry.Shape.Aggregate(1L, (product, size) => product * size) : 0;
        if (found != target.numel())
            throw new StageFailedException(StageFailureClass.UserData, $"{PathOf(directory, name)} has {found} values, the model {target.numel()}: it is the checkpoint of another model");
        reader.ReadInto(name, target);
    }

    private static TrainingState ReadState(string directory)
    {
        string path = Path.Combine(directory, StateFile);
        try
        {
            return JsonSerializer.Deserialize<TrainingState>(File.ReadAllBytes(path), ContractJson.Indented) ?? throw new JsonException("null");
        }
        catch (Exception failure) when (failure is JsonException or FileNotFoundException)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"{path} is not the state of a training checkpoint: {failure.Message}", failure);
        }
    }

    private static void WriteTensor(string directory, string name, Tensor values) =>
        SafetensorsWriter.Write(PathOf(directory, name), [KeyValuePair.Create(name, values)]);

    private static string PathOf(string directory, string name) => Path.Combine(directory, name + ".safetensors");
}
