using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// The folder that a model was loaded from. A model that is not trained and computes in a narrower type holds no fp32 values; where it is written again, under an
/// adapter, they are read from here once more.
/// </summary>
/// <param name="directory">The folder, which does not change while the model lives.</param>
/// <param name="config">The model.</param>
/// <param name="head">Its head.</param>
internal sealed class WeightOrigin(string directory, DecoderConfig config, DecoderHead head) : IDisposable
{
    private readonly Lazy<ILookup<string, WeightSlice>> _slices = new(() => WeightMap.Slices(config, head).ToLookup(slice => slice.Parameter));
    private readonly Lazy<SafetensorsFolder> _files = new(() => new SafetensorsFolder(directory));

    /// <summary>Writes a parameter's values over <paramref name="target"/>, of its shape.</summary>
    /// <exception cref="StageFailedException">UserData: the folder is no longer what it was.</exception>
    public void ReadInto(string parameter, Tensor target)
    {
        using var scope = NewDisposeScope();
        foreach (WeightSlice slice in _slices.Value[parameter]) _files.Value.ReadInto(slice.ForeignName, WeightMap.Slice(target, slice));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_files.IsValueCreated) _files.Value.Dispose();
    }
}
