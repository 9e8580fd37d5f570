namespace R1Pipeline.Rewards.Tasks.Instructions;

/// <summary>How one kind of instruction is checked.</summary>
/// <param name="Needs">Arguments that it must be given.</param>
/// <param name="Follows">Whether a response follows it.</param>
internal sealed record InstructionCheck(IReadOnlyList<string> Needs, Func<string, InstructionArguments, bool> Follows);
