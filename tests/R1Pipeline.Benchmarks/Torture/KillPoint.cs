namespace R1Pipeline.Benchmarks.Torture;

/// <summary>A moment of a stage at which its worker is killed.</summary>
/// <param name="Stage">Stage name.</param>
/// <param name="Step">The step that is being computed, or was just computed; the last one also stands for the commit of the output.</param>
/// <param name="Resumed">Step that the killed attempt went on from.</param>
/// <param name="Where">The point, as <c>R1_FAULT</c> names it.</param>
/// <param name="Kept">Newest step whose checkpoint was committed before: the next attempt goes on from there.</param>
internal sealed record KillPoint(string Stage, long Step, long Resumed, string Where, long Kept);
