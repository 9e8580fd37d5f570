namespace R1Pipeline.Orchestration.Planning;

/// <summary>What a run would do.</summary>
/// <param name="Stages">In file order.</param>
/// <param name="Problems">Reasons why it cannot fit on this machine; empty: it fits.</param>
public sealed record RunPlan(IReadOnlyList<PlannedStage> Stages, IReadOnlyList<string> Problems);
