namespace R1Pipeline.Stages.RejectionSampling;

/// <summary>A sampled output that becomes a training row.</summary>
/// <param name="Problem">Position of its problem among the sampled ones, from 0.</param>
/// <param name="Sample">Which sample of the problem, from 0.</param>
/// <param name="Text">The response.</param>
internal sealed record KeptOutput(int Problem, int Sample, string Text);
