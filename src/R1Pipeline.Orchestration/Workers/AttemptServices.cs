using R1Pipeline.Artifacts;
using R1Pipeline.Orchestration.Stores;
using Serilog;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>What all attempts of a run share.</summary>
internal sealed record AttemptServices(RunEngineOptions Options, IRunStore Store, ArtifactStore Artifacts, RunEvents Events, ILogger Log, TimeProvider Time);
