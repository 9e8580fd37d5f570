using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Rollouts;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// Group Relative Policy Optimization with outcome rewards (DeepSeekMath, Algorithm 1; DeepSeek-R1 2.1 and 2.3). For each iteration:
/// <list type="number">
/// <item>every <c>reference-refresh-iterations</c>: reference policy := policy (Alg. 1, line 3);</item>
/// <item>draw questions (line 5), sample G outputs of each from the current policy, which thereby becomes the old policy (lines 6, 7);</item>
/// <item>reward each output (line 8), turn rewards into group-relative advantages (line 9), commit the rollouts to the ledger;</item>
/// <item>log-probs of the outputs under the reference policy;</item>
/// <item>split the outputs at random into minibatches and for each (line 10): loss and gradient, guards, clipping, AdamW (line 11).</item>
/// </list>
/// A step is one update. Departures:
/// (1) one pass over the rollouts of an iteration (R1's "single inner epoch"); DeepSeekMath's μ is the number of minibatches;
/// (2) no reward model is trained inside the loop (line 12);
/// (3) rollouts may be tempered or truncated (<c>temperature</c>, <c>top-p</c>), but old and new log-probs are both those of the full softmax at temperature 1:
///     the ratio is exact with respect to the policy's weights, the samples then come from a sharper distribution than the one it is the ratio of;
/// (4) an output whose reward failed, or to which no reward applies, is in the ledger and trains nothing: it stands outside its group's statistics and the loss's
///     averages; a minibatch of nothing else is a step that changes nothing;
/// (5) an output cut at <c>max-new-tokens</c> is trained on like any other, with whatever reward it got.
/// Not its concern: pipelines, files, text, how rewards come about. Bit-exact on resume: everything random is drawn from counters, and a checkpoint between
/// two minibatches carries the iteration's rollouts.
/// </summary>
/// <param name="policy">The model that is trained; it needs gradients.</param>
/// <param name="stopIds">The tokens each of which ends an output.</param>
/// <param name="options">GRPO.</param>
/// <param name="microBatch">Sequences that go through the model at once; null: a whole minibatch. Rows of like length go together, so a few dozen
/// are faster than all: less padding, and activations that stay in the caches.</param>
/// <param name="rolloutBatch">Rollouts that are decoded side by side; null: all of an iteration.</param>
/// <param name="questions">Questions of each iteration.</param>
/// <param name="scorer">Rewards.</param>
/// <param name="seed">Seed of the stage's draws.</param>
/// <param name="stage">Stage name.</param>
/// <param name="host">The world around.</param>
/// <param name="heldOut">Questions to measure accuracy on every <c>held-out-every-iterations</c>, never trained on; null: none.</param>
public sealed class GrpoLoop(
    Decoder policy, IReadOnlyCollection<int> stopIds, GrpoOptions options, int? microBatch, int? rolloutBatch, IQuestionSource questions, IRolloutScorer scorer, long seed, string stage, ILoopHost host,
    IReadOnlyList<RlQuestion>? heldOut = null)
{
    private readonly GrpoGuards _guards = new(options, stage);
    private readonly RolloutCollector _collector = new(policy, stopIds, options, rolloutBatch, questions, scorer, seed, stage, host);
    private readonly HeldOutMeasurement _heldOut = new(policy, stopIds, options, rolloutBatch, heldOut ?? [], scorer, seed, stage, host.Progress);
    private readonly GrpoUpdate _update = new(policy, options, microBatch);

    private long TotalSteps => (long)options.Iterations * options.Minibatches;

    private bool NeedsReference => options.KlWeight > 0 || options.MaxKl is not null;

    /// <summary>Trains from the policy as it is, or from a checkpoint of this loop, to the last planned step.</summary>
    /// <param name="resumeDirectory">Folder of a verified checkpoint; null: from the start.</param>
    /// <exception cref="StageFailedException">A guard, a gate, the user's data, or the host ended the attempt.</exception>
    public LoopOutcome Run(string? resumeDirectory)
    {
        _guards.CheckOptions();
        host.Plan(TotalSteps);
        using GrpoState state = GrpoState.Start(policy, options, NeedsReference, TotalSteps, resumeDirectory);
        while (state.Step < TotalSteps)
        {
            MemoryGuard.Run(() => Step(state));
            if (host.CheckpointDue) host.Checkpoint(state.Step, state.Capture);
        }
        return new LoopOutcome(state.Step, state.LastLoss);
    }

    private void Step(GrpoState state)
    {
        state.Pending ??= Explore(state);
        Update(state, state.Pending);
        if (state.Step % options.Minibatches == 0) state.Pending = null;
    }

    // Items 1 to 4 of an iteration.
    private PendingIteration Explore(GrpoState state)
    {
        long iteration = (state.Step / options.Minibatches) + 1;
        if (iteration > 1 && (iteration - 1) % options.ReferenceRefreshIterations == 0) state.RefreshReference();

        Dictionary<string, double> heldOut = MeasureHeldOut(iteration);
        PendingIteration collected = _collector.Collect(iteration, state.Step);
        collected = WithAlarms(state, collected, heldOut);
        state.Accuracies = state.Accuracies.Add(collected.Figures.GetValueOrDefault(RolloutFigures.Accuracy, double.NaN));
        _guards.CheckRollouts(collected, state.Accuracies);
        if (state.Reference is not { } reference) return collected;

        host.Phase("reference");
        int atOnce = microBatch ?? Math.Max(1, collected.Samples.Count / options.Minibatches);
        float[][] logprobs = state.DuringReference(() => OutputLogprobs.Frozen(reference, collected.Samples, atOnce, host.Progress));
        return collected with { Samples = [.. collected.Samples.Select((sample, i) => sample with { ReferenceLogprobs = logprobs[i] })] };
    }

    private Dictionary<string, double> MeasureHeldOut(long iteration)
    {
        if (!_heldOut.IsDue(iteration)) return [];
        host.Phase("held-out");
        (double? accuracy, int errors) = _heldOut.Measure(iteration);
        var figures = new Dictionary<string, double> { [RolloutFigures.HeldOutErrors] = errors };
        if (accuracy is { } share) figures[RolloutFigures.HeldOutAccuracy] = share;
        return figures;
    }

    // The figures of an iteration are those of each of its steps, so a resume that finds them in its checkpoint has its alarms too.
    private PendingIteration WithAlarms(GrpoState state, PendingIteration iteration, Dictionary<string, double> heldOut)
    {
        var figures = new Dictionary<string, double>(iteration.Figures.Concat(heldOut));
        state.History = state.History.Add(new Dictionary<string, double>(figures), options.Alarms.Window);
        foreach (RewardAlarm alarm in RewardAlarms.Of(state.History.Iterations, options.Alarms, iteration.Samples.Count)) figures[alarm.Figure] = alarm.Value;
        return iteration with { Figures = figures };
    }

    // Item 5: one minibatch, one update.
    private void Update(GrpoState state, PendingIteration iteration)
    {
        host.Phase("update");
        int minibatch = (int)(state.Step % options.Minibatches);
        (GrpoFigures figures, double distance) = _update.Accumulate(Minibatch(iteration, minibatch), host.Progress);
        double? drift = minibatch == 0 ? distance : null; // later minibatches see an updated policy: their distance is learning, not drift
        if (figures.NumTokens > 0) _guards.CheckUpdate(state.Step + 1, figures, drift);
        (double learningRate, double gradientNorm) = figures.NumTokens > 0 ? state.Apply(figures.Loss) : state.GuardedUpdate.Skip();
        state.LastLoss = figures.Loss;
        Dictionary<string, double> metrics = Metrics(iteration, figures, gradientNorm, learningRate, drift);
        if (_update.BalanceExperts() is { } excess) metrics["expert-excess"] = excess;
        host.CompleteStep(new StepMetrics(state.Step, iteration.Number, metrics));
    }

    private TrainingSample[] Minibatch(PendingIteration iteration, int minibatch)
    {
        int numSamples = iteration.Samples.Count;
        int[] order = [.. Enumerable.Range(0, numSamples)];
        new RandomStream(seed, stage, iteration.Number, "minibatches").Shuffle<int>(order);
        int from = (int)((long)numSamples * minibatch / options.Minibatches), to = (int)((long)numSamples * (minibatch + 1) / options.Minibatches);
        return [.. order[from..to].Select(i => iteration.Samples[i]).Where(sample => sample.Trains)];
    }

    private static Dictionary<string, double> Metrics(PendingIteration iteration, GrpoFigures figures, double gradientNorm, double learningRate, double? drift)
    {
        var metrics = new Dictionary<string, double>(iteration.Figures)
        {
            ["loss"] = figures.Loss,
            ["ratio"] = figures.MeanRatio,
            ["clip-fraction-low"] = figures.ClipFractionLow,
            ["clip-fraction-high"] = figures.ClipFractionHigh,
            ["grad-norm"] = gradientNorm,
            ["learning-rate"] = learningRate,
        };
        if (figures.MeanKl is { } kl) metrics["kl"] = kl;
        if (drift is { } distance) metrics["logprob-drift"] = distance;
        return metrics;
    }
}
