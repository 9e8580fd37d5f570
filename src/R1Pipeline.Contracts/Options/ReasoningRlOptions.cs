namespace R1Pipeline.Contracts.Options;

/// <summary>GRPO on verifiable prompts with rule rewards: R1-Zero and R1's first RL stage.</summary>
public sealed record ReasoningRlOptions : GrpoOptions;
