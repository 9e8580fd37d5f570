using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Rollouts;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Checkpoints;

/// <summary>
/// Copies a loop's state out between two steps, for a checkpoint that is written while the loop goes on: weights under their foreign names, both Adam
/// moments, the reference policy, counters, an unfinished iteration. The copies are overwritten by the next <see cref="Take"/>: whoever writes them
/// must be done by then. A reference that did not change is neither copied nor written again. Durability and hashes are the host's.
/// </summary>
/// <param name="weights">What is trained.</param>
/// <param name="optimizer">Its optimizer.</param>
public sealed class TrainingSnapshot(TrainedWeights weights, AdamW optimizer)
{
    private readonly TensorCopy _values = new(), _firstMoment = new(), _secondMoment = new(), _reference = new();
    private readonly byte[] _weightsHeader = SafetensorsHeaderBytes.Of(weights.Slots);
    private long? _copiedReference;

    /// <summary>Version of the reference in the checkpoint before; null: there is none, or it holds no reference.</summary>
    public long? SavedReference { get; set; }

    /// <summary>Takes the state of now.</summary>
    /// <param name="state">Counters and figures.</param>
    /// <param name="reference">The reference policy's weights; null: there is no reference.</param>
    /// <param name="referenceVersion">A number that grows whenever the reference changes.</param>
    /// <param name="pending">The iteration that is under way; null: none.</param>
    public IReadOnlyList<CheckpointFile> Take(TrainingState state, FlatParameters? reference = null, long referenceVersion = 0, PendingIteration? pending = null)
    {
        _values.Take(weights.Parameters.Values);
        _firstMoment.Take(optimizer.FirstMoment);
        _secondMoment.Take(optimizer.SecondMoment);
        List<CheckpointFile> files =
        [
            File(weights.FileName, _weightsHeader, _values),
            Flat(TrainingFiles.FirstMoment, _firstMoment),
            Flat(TrainingFiles.SecondMoment, _secondMoment),
        ];
        if (reference is not null) files.Add(Reference(reference, referenceVersion));
        if (pending is not null) files.AddRange(PendingIterationFile.Of(pending));
        files.Add(CheckpointFile.Of(TrainingFiles.State, JsonSerializer.SerializeToUtf8Bytes(state, ContractJson.Indented)));
        return files;
    }

    // It is copied even where the checkpoint before has it: should that have rotted, it is written anew.
    private CheckpointFile Reference(FlatParameters reference, long version)
    {
        if (_copiedReference != version)
        {
            using var scope = NewDisposeScope();
            _reference.Take(reference.Wide());
        }

        bool unchanged = SavedReference == version;
        _copiedReference = SavedReference = version;
        return Flat(TrainingFiles.Reference, _reference) with { Unchanged = unchanged };
    }

    private static CheckpointFile Flat(string name, TensorCopy copy) =>
        File(name, SafetensorsHeaderBytes.Of([new SafetensorsSlot(TrainingFiles.TensorOf(name), "F32", [copy.Length / sizeof(float)], copy.Length)]), copy);

    private static CheckpointFile File(string name, byte[] header, TensorCopy copy) => new(name, header.Length + copy.Length, stream =>
    {
        stream.Write(header);
        copy.Write(stream);
    });
}
