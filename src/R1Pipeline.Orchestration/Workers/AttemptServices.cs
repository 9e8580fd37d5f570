using R1Pipeline.Artifacts;
using R1Pipeline.Orchestration.Stores;
using Serilog;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>What all attempts of a run share. <paramref name="Owner"/> is the number of this owner of the run: it stands in every change that no lease guards.</summary>
internal sealed record AttemptServices(RunEngineOptions Options, long Owner, IRunStore Store, ArtifactStore Artifacts, RunEvents Events, ILogger Log, TimeProvider Time);
