using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Stores;
using Serilog;

namespace R1Pipeline.Orchestration;

/// <summary>Runs pipelines: one call per run, until it rests. Never touches a tensor; every change is in the store before it is acted on.</summary>
public sealed class RunEngine(RunEngineOptions options, IRunStore store, RunEvents events, ILogger log, TimeProvider time)
{
    /// <summary>Continues the newest unfinished run of the same definition, else creates one, and works on it until it rests.</summary>
    /// <param name="definition">What to run; file hashes are filled in here.</param>
    /// <param name="source">The file it came from, kept beside the run.</param>
    /// <param name="stop">Asks the workers to checkpoint; the run then rests as interrupted.</param>
    /// <exception cref="RunRefusedException">The run has an owner already, or does not fit.</exception>
    public Task<RunOutcome> RunAsync(PipelineDefinition definition, RunSource source, CancellationToken stop) =>
        throw new NotSupportedException($"{options.StateDirectory} {store} {events} {log} {time}");

    /// <summary>Goes on with a run, or redoes it from a stage.</summary>
    /// <param name="run">Run id.</param>
    /// <param name="from">Stage to compute again, with all that depend on it; null: only what is unfinished.</param>
    /// <param name="accept">Stages whose missed gates the user accepts.</param>
    /// <param name="stop">Asks the workers to checkpoint; the run then rests as interrupted.</param>
    /// <exception cref="RunRefusedException">No such run or stage, the run has an owner, or its data changed.</exception>
    public Task<RunOutcome> ResumeAsync(string run, string? from, IReadOnlyCollection<string> accept, CancellationToken stop) =>
        throw new NotSupportedException();
}
