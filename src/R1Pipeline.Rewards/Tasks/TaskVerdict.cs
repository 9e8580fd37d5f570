namespace R1Pipeline.Rewards.Tasks;

/// <summary>Whether an output solves a task.</summary>
/// <param name="Correct">Null: the gold is none that the task can be checked by.</param>
/// <param name="Answer">The part of the output that was checked; null: there is none.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record TaskVerdict(bool? Correct, string? Answer, string Reason);
