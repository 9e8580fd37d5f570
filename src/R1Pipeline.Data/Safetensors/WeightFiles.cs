using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Data.Safetensors;

/// <summary>Which files of a model folder hold its weights: one of a fixed name, else the shards that an index names. Other safetensors files beside them are no part of it.</summary>
public static class WeightFiles
{
    /// <summary>The weights in one file.</summary>
    public const string SingleFile = "model.safetensors";

    /// <summary>The file that says which tensors there are: the weights themselves, else the index of the shards.</summary>
    /// <exception cref="StageFailedException">UserData: the folder has neither.</exception>
    public static string Locate(string directory)
    {
        string single = Path.Combine(directory, SingleFile), index = Path.Combine(directory, SafetensorsIndex.FileName);
        if (ModelFile.Exists(single)) return single;
        return ModelFile.Exists(index)
            ? index
            : throw new StageFailedException(StageFailureClass.UserData, $"{directory} has no weights: {SingleFile} or {SafetensorsIndex.FileName} is expected; convert other formats to safetensors");
    }

    /// <summary>The weights' files by name, each once; whether the shards exist is not looked at.</summary>
    /// <exception cref="StageFailedException">UserData: the folder has no weights, or a damaged index.</exception>
    public static IReadOnlyList<string> Of(string directory)
    {
        string location = Locate(directory);
        return IsIndex(location) ? [.. SafetensorsIndex.Read(location).Select(entry => entry.Value).Distinct().Order(StringComparer.Ordinal).Select(file => Path.Combine(directory, file))] : [location];
    }

    /// <summary>Whether <see cref="Locate"/> found an index.</summary>
    public static bool IsIndex(string location) => Path.GetFileName(location) == SafetensorsIndex.FileName;
}
