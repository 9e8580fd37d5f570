using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Training.Loops;

/// <summary>Rewards outputs. Called once an iteration, on the training thread, with all of its groups.</summary>
public interface IRolloutScorer
{
    /// <summary>One breakdown per rollout, group after group and within a group by sample number.</summary>
    IReadOnlyList<RewardBreakdown> Score(IReadOnlyList<RolloutGroup> groups);
}
