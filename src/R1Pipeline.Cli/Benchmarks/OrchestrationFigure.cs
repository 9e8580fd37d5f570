namespace R1Pipeline.Cli.Benchmarks;

/// <summary>What the orchestration of a run costs.</summary>
/// <param name="NumStages">Stages of the measured pipeline; they ran one after the other.</param>
/// <param name="WorkerSeconds">Time that workers lived, in the short run and in the long one.</param>
/// <param name="OutsideSeconds">The rest of each run's time, from the command to its end: start, hand-over from stage to stage, report.</param>
/// <param name="OutsideSecondsPerStage">The larger one, a stage.</param>
/// <param name="LimitSecondsPerStage">What the project promises.</param>
/// <param name="ProcessorSecondsPerHour">Processor time that the orchestrator takes beside every further hour of its workers (heartbeats, commits, display): it costs them nothing while a core is free.</param>
/// <param name="ShareOfHour">Time outside the workers as a share of a run of the same stages with an hour of work.</param>
/// <param name="LimitShareOfHour">What the project promises.</param>
internal sealed record OrchestrationFigure(
    int NumStages,
    IReadOnlyList<double> WorkerSeconds,
    IReadOnlyList<double> OutsideSeconds,
    double OutsideSecondsPerStage,
    double LimitSecondsPerStage,
    double ProcessorSecondsPerHour,
    double ShareOfHour,
    double LimitShareOfHour)
{
    /// <summary>Whether both promises are kept.</summary>
    public bool IsWithinLimits => OutsideSecondsPerStage < LimitSecondsPerStage && ShareOfHour < LimitShareOfHour;
}
