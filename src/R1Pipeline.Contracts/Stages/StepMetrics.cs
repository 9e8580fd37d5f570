namespace R1Pipeline.Contracts.Stages;

/// <summary>The figures of one step. Committed once, with the checkpoint that holds the step.</summary>
/// <param name="Step">Optimizer step (or shard), from 1.</param>
/// <param name="Iteration">Rollout iteration it belongs to, from 1; null outside RL.</param>
/// <param name="Values">Figures by name: <c>loss</c>, <c>learning-rate</c>, <c>grad-norm</c>, <c>reward</c>, <c>accuracy</c>, <c>kl</c>, <c>entropy</c>, <c>response-tokens</c>, …</param>
public sealed record StepMetrics(long Step, long? Iteration, IReadOnlyDictionary<string, double> Values);
