using System.Runtime.InteropServices;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Weights;

/// <summary>
/// What a model computes for token sequences, as one safetensors file: for every sequence NAME of T tokens <c>NAME.logits</c> [T, V] and
/// <c>NAME.logprobs</c> [T - 1] (log-probability of token t + 1 given the tokens up to t), fp32. Sequences are computed one by one, without padding, and
/// written as they come: at most 16M logits are in memory.
/// </summary>
public static class LogitsFile
{
    /// <summary>Computes and writes. An existing file is overwritten.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model.</param>
    /// <param name="sequences">Token ids by distinct name, at least one each.</param>
    /// <exception cref="StageFailedException">UserData: a sequence is longer than the model's context. OutOfMemory.</exception>
    public static void Write(string path, Decoder model, IReadOnlyList<(string Name, int[] Ids)> sequences)
    {
        long vocabulary = model.Config.VocabularySize;
        SafetensorsSlot[] slots = [.. sequences.SelectMany(sequence => new[]
        {
            new SafetensorsSlot(sequence.Name + ".logits", "F32", [sequence.Ids.Length, vocabulary], sequence.Ids.Length * vocabulary * sizeof(float)),
            new SafetensorsSlot(sequence.Name + ".logprobs", "F32", [sequence.Ids.Length - 1], (sequence.Ids.Length - 1) * sizeof(float)),
        })];
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        file.Write(SafetensorsHeaderBytes.Of(slots));
        using IDisposable frozen = no_grad();
        foreach ((_, int[] ids) in sequences) MemoryGuard.Run(() => Write(file, model, ids));
    }

    private static void Write(FileStream file, Decoder model, int[] ids)
    {
        using var scope = NewDisposeScope();
        long[] wide = [.. ids.Select(id => (long)id)];
        Tensor hidden_TD = model.Hidden(model.Placement.Of(wide, 1, wide.Length)).squeeze(0);
        float[] logprobs = new float[ids.Length - 1];
        foreach ((long start, long length) in TokenLogprobs.Chunks(ids.Length, model.Config.VocabularySize, TokenLogprobs.ChunkElements))
        {
            using var inner = NewDisposeScope();
            Tensor logits_CV = model.Project(hidden_TD.narrow(0, start, length));
            using (Tensor onHost = logits_CV.cpu()) file.Write(onHost.bytes);
            long predicted = Math.Min(length, ids.Length - 1 - start);
            if (predicted <= 0) continue;
            Tensor next = model.Placement.Of(wide.AsSpan((int)start + 1, (int)predicted).ToArray()).unsqueeze(1);
            Tensor found = nn.functional.log_softmax(logits_CV.narrow(0, 0, predicted), 1).gather(1, next);
            found.contiguous().cpu().data<float>().ToArray().CopyTo(logprobs, start);
        }

        file.Write(MemoryMarshal.AsBytes(logprobs.AsSpan()));
    }
}
