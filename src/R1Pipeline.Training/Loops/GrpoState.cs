using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Rollouts;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// All that a GRPO loop knows between two steps, and its checkpoint: policy, moments, reference, counters, and between two minibatches of an iteration
/// its rollouts. What is not here is drawn again from counters. Owns optimizer and reference, not the policy.
/// </summary>
internal sealed class GrpoState : IDisposable
{
    private const string PolicyFile = "policy.bin", FirstMomentFile = "moment-1.bin", SecondMomentFile = "moment-2.bin", ReferenceFile = "reference.bin",
        CountersFile = "grpo.json", PendingFile = "pending.json";

    private readonly Decoder _policy;

    private GrpoState(Decoder policy, GrpoOptions options, bool withReference)
    {
        _policy = policy;
        Optimizer = new AdamW(policy.Parameters, options);
        Reference = withReference ? policy.Clone() : null;
    }

    /// <summary>The optimizer with its moments.</summary>
    public AdamW Optimizer { get; }

    /// <summary>The reference policy; null where neither loss nor guard asks for it.</summary>
    public Decoder? Reference { get; }

    /// <summary>Updates done.</summary>
    public long Step => Optimizer.StepsDone;

    /// <summary>The iteration whose rollouts are done and whose updates are not.</summary>
    public PendingIteration? Pending { get; set; }

    /// <summary>What the accuracy gate looks at.</summary>
    public AccuracyHistory Accuracies { get; set; } = AccuracyHistory.Empty;

    /// <summary>Loss of the newest step.</summary>
    public double LastLoss { get; set; }

    /// <summary>The state before the first step: the reference is the policy.</summary>
    public static GrpoState New(Decoder policy, GrpoOptions options, bool withReference) => new(policy, options, withReference);

    /// <summary>The state that <see cref="Save"/> wrote; the policy's weights are replaced by the checkpoint's.</summary>
    /// <exception cref="StageFailedException">UserData: a reference is needed and the checkpoint has none.</exception>
    public static GrpoState Load(Decoder policy, GrpoOptions options, bool withReference, string directory)
    {
        string At(string file) => Path.Combine(directory, file);
        if (withReference && !File.Exists(At(ReferenceFile)))
        {
            throw new StageFailedException(StageFailureClass.UserData,
                $"the checkpoint {directory} was made without a reference policy, which max-kl and kl-weight compare with: take max-kl away, or redo the stage from its start");
        }
        Counters counters = JsonSerializer.Deserialize<Counters>(File.ReadAllBytes(At(CountersFile)), ContractJson.Indented)
            ?? throw new InvalidDataException($"{At(CountersFile)} is empty");
        var state = new GrpoState(policy, options, withReference) { Accuracies = counters.Accuracies, LastLoss = counters.LastLoss };
        state.Optimizer.StepsDone = counters.Step;
        Read(At(PolicyFile), policy.Parameters.Values);
        Read(At(FirstMomentFile), state.Optimizer.FirstMoment);
        Read(At(SecondMomentFile), state.Optimizer.SecondMoment);
        if (state.Reference is { } reference) Read(At(ReferenceFile), reference.Parameters.Values);
        if (File.Exists(At(PendingFile))) state.Pending = JsonSerializer.Deserialize<PendingIteration>(File.ReadAllBytes(At(PendingFile)), ContractJson.Compact);
        return state;
    }

    /// <summary>Writes the state into an empty folder.</summary>
    public void Save(string directory)
    {
        string At(string file) => Path.Combine(directory, file);
        Write(At(PolicyFile), _policy.Parameters.Values);
        Write(At(FirstMomentFile), Optimizer.FirstMoment);
        Write(At(SecondMomentFile), Optimizer.SecondMoment);
        if (Reference is not null) Write(At(ReferenceFile), Reference.Parameters.Values);
        File.WriteAllBytes(At(CountersFile), JsonSerializer.SerializeToUtf8Bytes(new Counters(Step, LastLoss, Accuracies), ContractJson.Indented));
        if (Pending is not null) File.WriteAllBytes(At(PendingFile), JsonSerializer.SerializeToUtf8Bytes(Pending, ContractJson.Compact));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        Reference?.Dispose();
    }

    private static void Write(string path, Tensor tensor) => File.WriteAllBytes(path, tensor.bytes);

    private static void Read(string path, Tensor tensor)
    {
        using var _ = no_grad();
        File.ReadAllBytes(path).CopyTo(tensor.bytes);
    }

    private sealed record Counters(long Step, double LastLoss, AccuracyHistory Accuracies);
}
