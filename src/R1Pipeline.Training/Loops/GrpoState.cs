using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Checkpoints;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Rollouts;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// All that a GRPO loop knows between two steps, and its checkpoint: policy, moments, reference, counters, and between two minibatches of an iteration
/// its rollouts. What is not here is drawn again from counters. Owns optimizer and reference, not the policy.
/// </summary>
internal sealed class GrpoState : IDisposable
{
    private readonly Decoder _policy;
    private readonly TrainingSnapshot _snapshot;
    private readonly OffloadedPart? _reference;
    private readonly OffloadedPart _moments;
    private long _referenceVersion;

    private GrpoState(Decoder policy, GrpoOptions options, bool withReference, long totalSteps)
    {
        _policy = policy;
        GuardedUpdate = new GuardedUpdate(policy.Trained, options, totalSteps);
        Reference = withReference ? policy.Clone() : null;
        _reference = Reference is null ? null : new OffloadedPart(Reference, options.Offloads(OffloadedParts.Reference));
        _moments = new OffloadedPart(GuardedUpdate.Optimizer, options.Offloads(OffloadedParts.Optimizer));
        _snapshot = new TrainingSnapshot(TrainedWeights.Of(policy), GuardedUpdate.Optimizer);
    }

    /// <summary>The optimizer and the check before it.</summary>
    public GuardedUpdate GuardedUpdate { get; }

    /// <summary>The reference policy, to be computed with in <see cref="DuringReference"/> only; null where neither loss nor guard asks for it.</summary>
    public Decoder? Reference { get; }

    /// <summary>Updates done.</summary>
    public long Step => GuardedUpdate.Optimizer.StepsDone;

    /// <summary>The iteration whose rollouts are done and whose updates are not.</summary>
    public PendingIteration? Pending { get; set; }

    /// <summary>What the accuracy gate looks at.</summary>
    public AccuracyHistory Accuracies { get; set; } = AccuracyHistory.Empty;

    /// <summary>What the alarms look at.</summary>
    public FigureHistory History { get; set; } = FigureHistory.Empty;

    /// <summary>Loss of the newest step.</summary>
    public double LastLoss { get; set; } = double.NaN;

    /// <summary>The state before the first step, with the policy as reference; or, from a checkpoint, the state that <see cref="Capture"/> took, the policy's weights included.</summary>
    /// <exception cref="StageFailedException">UserData: the folder is no checkpoint of this model, or lacks the reference that the options ask for.</exception>
    public static GrpoState Start(Decoder policy, GrpoOptions options, bool withReference, long totalSteps, string? checkpoint)
    {
        policy.Trained.ClearGradients();
        var state = new GrpoState(policy, options, withReference, totalSteps);
        try
        {
            if (checkpoint is not null) state.Load(checkpoint);
            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Runs a phase that computes with the reference policy.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T DuringReference<T>(Func<T> phase) => (_reference ?? throw new InvalidOperationException("there is no reference policy")).During(phase);

    /// <summary>One update with the accumulated gradient (<see cref="Optimization.GuardedUpdate.Apply"/>).</summary>
    public (double LearningRate, double GradientNorm) Apply(double loss) => _moments.During(() => GuardedUpdate.Apply(loss));

    /// <summary>Reference policy := policy.</summary>
    public void RefreshReference()
    {
        Reference?.Trained.CopyValuesFrom(_policy.Trained);
        _referenceVersion++;
    }

    /// <summary>Copies the state out for a checkpoint.</summary>
    public IReadOnlyList<CheckpointFile> Capture() => _snapshot.Take(
        new TrainingState { Step = Step, Loss = LastLoss, Values = Accuracies.ToValues().Concat(History.ToValues()).ToDictionary() }, Reference?.Trained, _referenceVersion, Pending);

    /// <inheritdoc/>
    public void Dispose()
    {
        GuardedUpdate.Dispose();
        Reference?.Dispose();
    }

    private void Load(string directory)
    {
        if (Reference is not null)
        {
            if (!TrainingCheckpoint.HasReference(directory))
            {
                throw new StageFailedException(StageFailureClass.UserData,
                    $"the checkpoint {directory} was made without a reference policy, and max-kl compares with it: take max-kl away, or redo the stage from its start");
            }
            TrainingCheckpoint.ReadReference(directory, Reference.Trained);
            _snapshot.SavedReference = _referenceVersion;
        }
        TrainingState state = TrainingCheckpoint.Read(directory, TrainedWeights.Of(_policy), GuardedUpdate.Optimizer);
        (LastLoss, Accuracies, History, Pending) =
            (state.Loss, AccuracyHistory.FromValues(state.Values), FigureHistory.FromValues(state.Values), PendingIterationFile.Read(directory));
    }
}
