using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Rollouts;

/// <summary>
/// A <see cref="PendingIteration"/> inside a checkpoint folder: token ids, log-probs and advantages of all samples end to end in
/// <c>pending.safetensors</c>, number and figures in <c>pending.json</c>. Every bit comes back.
/// </summary>
internal static class PendingIterationFile
{
    private const string PromptIds = "prompt-ids", PromptLengths = "prompt-lengths", OutputIds = "output-ids", OutputLengths = "output-lengths",
        OldLogprobs = "old-logprobs", ReferenceLogprobs = "reference-logprobs", Advantages = "advantages";

    /// <summary>Writes the iteration into the folder.</summary>
    public static void Write(string directory, PendingIteration iteration)
    {
        using var scope = NewDisposeScope();
        IReadOnlyList<TrainingSample> samples = iteration.Samples;
        var tensors = new Dictionary<string, Tensor>
        {
            [PromptIds] = tensor(samples.SelectMany(sample => sample.PromptIds).ToArray()),
            [PromptLengths] = tensor(samples.Select(sample => sample.PromptIds.Length).ToArray()),
            [OutputIds] = tensor(samples.SelectMany(sample => sample.OutputIds).ToArray()),
            [OutputLengths] = tensor(samples.Select(sample => sample.OutputIds.Length).ToArray()),
            [OldLogprobs] = tensor(samples.SelectMany(sample => sample.OldLogprobs).ToArray()),
            [Advantages] = tensor(samples.Select(sample => sample.Advantage).ToArray()),
        };
        if (samples[0].ReferenceLogprobs is not null)
            tensors[ReferenceLogprobs] = tensor(samples.SelectMany(sample => sample.ReferenceLogprobs!).ToArray());
        SafetensorsWriter.Write(TensorsPath(directory), tensors);
        File.WriteAllBytes(HeaderPath(directory), JsonSerializer.SerializeToUtf8Bytes(new Header(iteration.Number, iteration.Figures), ContractJson.Indented));
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

    private static string TensorsPath(string directory) => Path.Combine(directory, "pending.safetensors");

    private static string HeaderPath(string directory) => Path.Combine(directory, "pending.json");

    private sealed record Header(long Number, IReadOnlyDictionary<string, double> Figures);
}
