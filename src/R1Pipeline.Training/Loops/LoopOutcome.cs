namespace R1Pipeline.Training.Loops;

/// <summary>How a training loop ended: all planned steps are done.</summary>
/// <param name="Steps">Optimizer steps done over all attempts.</param>
/// <param name="FinalLoss">Loss of the last step.</param>
public sealed record LoopOutcome(long Steps, double FinalLoss);
