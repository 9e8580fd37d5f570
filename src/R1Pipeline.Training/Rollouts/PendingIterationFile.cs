using System.Runtime.InteropServices;
using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Checkpoints;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Rollouts;

/// <summary>
/// A <see cref="PendingIteration"/> inside a checkpoint folder: token ids, log-probs and advantages of all samples end to end in
/// <c>training/pending.safetensors</c>, number and figures in <c>training/pending.json</c>. Every bit comes back.
/// </summary>
internal static class PendingIterationFile
{
    private const string PromptIds = "prompt-ids", PromptLengths = "prompt-lengths", OutputIds = "output-ids", OutputLengths = "output-lengths",
        OldLogprobs = "old-logprobs", ReferenceLogprobs = "reference-logprobs", Advantages = "advantages";

    /// <summary>The files of an iteration, for another thread to write: its numbers change no more.</summary>
    public static IReadOnlyList<CheckpointFile> Of(PendingIteration iteration)
    {
        IReadOnlyList<TrainingSample> samples = iteration.Samples;
        var tensors = new SortedDictionary<string, (string Dtype, IEnumerable<Array> Parts)>(StringComparer.Ordinal)
        {
            [PromptIds] = ("I32", samples.Select(sample => sample.PromptIds)),
            [PromptLengths] = ("I32", [samples.Select(sample => sample.PromptIds.Length).ToArray()]),
            [OutputIds] = ("I32", samples.Select(sample => sample.OutputIds)),
            [OutputLengths] = ("I32", [samples.Select(sample => sample.OutputIds.Length).ToArray()]),
            [OldLogprobs] = ("F32", samples.Select(sample => sample.OldLogprobs)),
            [Advantages] = ("F32", [samples.Select(sample => sample.Advantage).ToArray()]),
        };
        if (samples[0].ReferenceLogprobs is not null) tensors[ReferenceLogprobs] = ("F32", samples.Select(sample => sample.ReferenceLogprobs!));
        List<SafetensorsSlot> slots = [.. tensors.Select(tensor => Slot(tensor.Key, tensor.Value.Dtype, tensor.Value.Parts.Sum(part => (long)part.Length)))];
        byte[] header = SafetensorsHeaderBytes.Of(slots);
        return
        [
            new CheckpointFile(TrainingFiles.PendingTensors, header.Length + slots.Sum(slot => slot.Length), stream =>
            {
                stream.Write(header);
                foreach (Array part in tensors.Values.SelectMany(tensor => tensor.Parts)) stream.Write(BytesOf(part));
            }),
            CheckpointFile.Of(TrainingFiles.PendingHeader, JsonSerializer.SerializeToUtf8Bytes(new Header(iteration.Number, iteration.Figures), ContractJson.Indented)),
        ];
    }

    /// <summary>The iteration that the folder carries; null when it carries none.</summary>
    public static PendingIteration? Read(string directory)
    {
        if (!File.Exists(HeaderPath(directory))) return null;
        Header header = JsonSerializer.Deserialize<Header>(File.ReadAllBytes(HeaderPath(directory)), ContractJson.Indented)
            ?? throw new InvalidDataException($"{HeaderPath(directory)} is empty");
        using var scope = NewDisposeScope();
        using var reader = new SafetensorsReader(TensorsPath(directory));
        T[] Values<T>(string name) where T : unmanaged => reader.Read(name).data<T>().ToArray();

        (int[] promptLengths, int[] outputLengths) = (Values<int>(PromptLengths), Values<int>(OutputLengths));
        (int[] promptIds, int[] outputIds, float[] old, float[] advantages) = (Values<int>(PromptIds), Values<int>(OutputIds), Values<float>(OldLogprobs), Values<float>(Advantages));
        float[]? reference = reader.Entries.ContainsKey(ReferenceLogprobs) ? Values<float>(ReferenceLogprobs) : null;
        var samples = new TrainingSample[advantages.Length];
        (int prompt, int output) = (0, 0);
        for (int i = 0; i < samples.Length; i++)
        {
            (int promptEnd, int outputEnd) = (prompt + promptLengths[i], output + outputLengths[i]);
            samples[i] = new TrainingSample(promptIds[prompt..promptEnd], outputIds[output..outputEnd], old[output..outputEnd], reference?[output..outputEnd], advantages[i]);
            (prompt, output) = (promptEnd, outputEnd);
        }
        return new PendingIteration(header.Number, samples, header.Figures);
    }

    private static SafetensorsSlot Slot(string name, string dtype, long count) => new(name, dtype, [count], count * sizeof(int)); // all types here have four bytes

    private static ReadOnlySpan<byte> BytesOf(Array numbers) =>
        numbers is int[] integers ? MemoryMarshal.AsBytes<int>(integers) : MemoryMarshal.AsBytes<float>((float[])numbers);

    private static string TensorsPath(string directory) => Path.Combine(directory, TrainingFiles.PendingTensors);

    private static string HeaderPath(string directory) => Path.Combine(directory, TrainingFiles.PendingHeader);

    private sealed record Header(long Number, IReadOnlyDictionary<string, double> Figures);
}
