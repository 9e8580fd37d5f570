namespace R1Pipeline.Training.Rollouts;

/// <summary>
/// An iteration whose rollouts are done and whose updates are not: all numbers that its remaining minibatches train on. A checkpoint between two of its
/// minibatches carries it, so that a resumed run trains on exactly these numbers.
/// </summary>
/// <param name="Number">Iteration, from 1.</param>
/// <param name="Samples">All rollouts, group after group.</param>
/// <param name="Figures">Figures of the rollouts (reward, entropy, …): part of the metrics of each of the iteration's steps.</param>
public sealed record PendingIteration(long Number, IReadOnlyList<TrainingSample> Samples, IReadOnlyDictionary<string, double> Figures);
