using R1Pipeline.Orchestration;

namespace R1Pipeline.Cli.Running;

/// <summary>What is asked of the engine: run a definition, or resume a run.</summary>
internal delegate Task<RunOutcome> RunWork(RunEngine engine, CancellationToken stop);
