using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Safetensors;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// The weights of a model folder, in one file (<c>model.safetensors</c>) or in shards (<c>model.safetensors.index.json</c>). Refuses an index that names
/// a file outside the folder, a missing shard, a tensor that its shard does not hold, or one that two hold.
/// </summary>
public sealed class SafetensorsFolder : IDisposable
{
    private readonly Dictionary<string, SafetensorsReader> _readerOf = new(StringComparer.Ordinal);
    private readonly List<SafetensorsReader> _readers = [];

    /// <summary>Opens the weights of a folder.</summary>
    /// <exception cref="StageFailedException">UserData: no weights, or damaged ones.</exception>
    public SafetensorsFolder(string directory)
    {
        Location = WeightFiles.Locate(directory);
        try
        {
            if (WeightFiles.IsIndex(Location)) OpenShards(directory, Location);
            else OpenSingle(Location);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file that says which tensors there are.</summary>
    public string Location { get; }

    /// <summary>All tensor names.</summary>
    public IReadOnlyCollection<string> Names => _readerOf.Keys;

    /// <summary>The shape of a tensor; null when there is none of this name.</summary>
    public IReadOnlyList<long>? ShapeOf(string name) => _readerOf.TryGetValue(name, out SafetensorsReader? reader) ? reader.Entries[name].Shape : null;

    /// <summary>The file that holds a tensor.</summary>
    public string PathOf(string name) => _readerOf[name].Path;

    /// <summary>Reads a tensor over <paramref name="target"/>: see <see cref="SafetensorsReader.ReadInto"/>.</summary>
    public void ReadInto(string name, Tensor target) => _readerOf[name].ReadInto(name, target);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafetensorsReader reader in _readers) reader.Dispose();
    }

    private SafetensorsReader Open(string path)
    {
        var reader = new SafetensorsReader(path);
        _readers.Add(reader);
        return reader;
    }

    private void OpenSingle(string path)
    {
        SafetensorsReader reader = Open(path);
        foreach (string name in reader.Entries.Keys) _readerOf.Add(name, reader);
    }

    private void OpenShards(string directory, string index)
    {
        var shards = new Dictionary<string, SafetensorsReader>(StringComparer.Ordinal);
        foreach (var (name, file) in SafetensorsIndex.Read(index))
        {
            if (!shards.TryGetValue(file, out SafetensorsReader? shard)) shards.Add(file, shard = Open(Path.Combine(directory, file)));
            if (!shard.Entries.ContainsKey(name)) throw new StageFailedException(StageFailureClass.UserData, $"{index}: {file} has no tensor {name}");
            _readerOf.Add(name, shard);
        }

        // Other software takes the one that it reads last.
        foreach (SafetensorsReader shard in shards.Values)
        {
            if (shard.Entries.Keys.FirstOrDefault(name => _readerOf.TryGetValue(name, out SafetensorsReader? indexed) && indexed != shard) is { } twice)
                throw new StageFailedException(StageFailureClass.UserData, $"{shard.Path}: tensor {twice} lies in {Path.GetFileName(PathOf(twice))} too, where the index has it: which of the two holds is not known");
        }
    }
}
