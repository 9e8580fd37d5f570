using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>What an attempt is held against.</summary>
/// <param name="Options">The stage's options: attempts, stall timeout, micro-batch.</param>
/// <param name="Output">What the stage must put out.</param>
/// <param name="Failures">Failures that already count against the stage, oldest first.</param>
internal sealed record AttemptPolicy(StageOptions Options, ArtifactKind Output, IReadOnlyList<AttemptFailure> Failures)
{
    /// <summary>Time without progress after which the worker is killed.</summary>
    public TimeSpan StallTimeout => TimeSpan.FromSeconds(Options.StallTimeoutSeconds);
}
