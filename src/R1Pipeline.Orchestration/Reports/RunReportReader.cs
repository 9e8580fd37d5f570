using System.Runtime.InteropServices;
using System.Text.Json;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Definition.Resolved;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>Gathers a run's report from the store, the rollout ledgers and the artifacts. Takes what there is: a run may have failed anywhere.</summary>
public sealed class RunReportReader(IRunStore store, string stateDirectory, TimeProvider time)
{
    /// <summary>The report of a run.</summary>
    /// <exception cref="RunRefusedException">There is no such run.</exception>
    public RunReport Read(string run)
    {
        RunState state = store.Find(run) ?? throw new RunRefusedException($"there is no run '{run}' in {stateDirectory}", exitCode: 2);
        PipelineDefinition definition = ResolvedDefinition.Read(store.Definition(run));
        ILookup<string, StepMetrics> steps = new RunReader(store, stateDirectory).Metrics(run).ToLookup(row => row.Stage, row => row.Metrics);
        SampleReader samples = new(store, stateDirectory, state, definition);
        return new RunReport
        {
            Run = state.Id,
            Pipeline = state.Pipeline,
            State = Word(state.State),
            Seed = definition.Seed,
            DefinitionSha256 = state.DefinitionSha256,
            Machine = $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, {Figures.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)}",
            Created = state.CreatedAt,
            Written = time.GetUtcNow(),
            Stages = [.. definition.Stages.Select(stage => Section(stage, state.Stage(stage.Name), [.. steps[stage.Name]], samples))],
        };
    }

    private StageSection Section(StageDefinition stage, StageState state, IReadOnlyList<StepMetrics> steps, SampleReader samples)
    {
        // What a cached stage cost stands with the run that computed it.
        StageState worked = state.Cached && state.OriginRun is { } origin ? Origin(origin, state.OriginStage ?? state.Name) ?? state : state;
        return new StageSection
        {
            Name = stage.Name,
            Uses = stage.Uses,
            State = Word(state.State),
            Inputs = stage.Inputs,
            DataNames = stage.Data,
            Seed = stage.Seed,
            Threads = stage.Options.Threads,
            Cached = state.Cached,
            Message = state.Message,
            Attempts = [.. state.Attempts.Select(Attempt)],
            StepsDone = state.StepsDone,
            StepsPlanned = state.StepsPlanned,
            StepsExecuted = state.Attempts.Sum(attempt => attempt.StepsExecuted),
            Wall = worked.WallTime,
            PeakResidentBytes = worked.Attempts.Count == 0 ? 0 : worked.Attempts.Max(attempt => attempt.PeakResidentBytes),
            Metrics = state.Metrics,
            Data = state.Data,
            Gates = GateReader.Read(stage, state.Metrics),
            Steps = steps,
            Samples = samples.Of(stage, state, steps),
            Artifact = state.Artifact,
        };
    }

    private StageState? Origin(string run, string stage) => store.Find(run)?.Stages.FirstOrDefault(found => found.Name == stage);

    private static AttemptLine Attempt(AttemptState attempt) => new(
        attempt.Number,
        attempt.ResumedFrom,
        attempt.Failure is { } failure ? JsonNamingPolicy.KebabCaseLower.ConvertName(failure.ToString()) : Word(attempt.Outcome),
        attempt.Message,
        attempt.MicroBatchLimit);

    private static string Word(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
