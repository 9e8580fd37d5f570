using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Artifacts.Checkpoints;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>From a stage's definition and what its inputs became to its key, to a result that can be taken over, and to the request of an attempt.</summary>
public sealed class StagePlanner(IRunStore store, string stateDirectory, FileHashes hashes)
{
    private readonly ArtifactStore _artifacts = new(RunDirectory.ArtifactsOf(stateDirectory));

    /// <summary>The stage's key; every stage that it takes as input must have an output in <paramref name="run"/>.</summary>
    public StageKey KeyOf(PipelineDefinition definition, StageDefinition stage, RunState run) =>
        StageKey.Of(definition, stage, name => OutputOf(run, name), hashes.OfFolder);

    /// <summary>A result of the key that can be taken over: its output is there, and it stands as its figures do under the limits of now; null: none.</summary>
    public KeyResult? Reusable(StageKey key) =>
        store.FindResult(key.Sha256) is { } result && _artifacts.Exists(result.Artifact) ? ResultJudge.Judge(result, key.Limits) : null;

    /// <summary>
    /// The newest good checkpoint of the key that another run of the store left, if it is ahead of all that <paramref name="run"/> has itself:
    /// a change outside the key (cadence, micro-batch, a limit) makes a new run, not new steps. Null: none, or the stage is to be computed afresh.
    /// </summary>
    public BorrowedCheckpoint? Borrowable(StageKey key, RunState run, string stage)
    {
        var state = run.Stage(stage);
        if (state.Fresh) return null;
        long own = state.Key == key.Sha256 ? Checkpoints(run.Id, stage).Select(checkpoint => checkpoint.Step).DefaultIfEmpty().Max() : 0;
        return store.CheckpointsOfKey(key.Sha256, run.Id)
            .Where(other => other.Checkpoint.Step > own)
            .FirstOrDefault(other => CheckpointReader.FirstProblem(Reference(other.Checkpoint), key.Sha256) is null);
    }

    /// <summary>The request of the newest attempt of a stage.</summary>
    /// <param name="definition">The pipeline; local files carry their hashes.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="run">The run, with the attempt started.</param>
    /// <param name="borrowed">What <see cref="Borrowable"/> found before the attempt started.</param>
    /// <param name="leaseLifetime">Silence after which the worker stops.</param>
    public StageRequest Request(PipelineDefinition definition, StageDefinition stage, RunState run, BorrowedCheckpoint? borrowed, TimeSpan leaseLifetime)
    {
        var state = run.Stage(stage.Name);
        var attempt = state.Attempts[^1];
        var directory = new RunDirectory(stateDirectory, run.Id);
        return new StageRequest
        {
            Run = run.Id,
            Stage = stage.Name,
            Uses = stage.Uses,
            Attempt = attempt.Number,
            Token = attempt.Token,
            Key = state.Key!,
            Seed = stage.Seed,
            Options = JsonSerializer.SerializeToElement(stage.Options, stage.Options.GetType(), ContractJson.Compact),
            Artifacts = [.. stage.Inputs.Select(input => Input(input, OutputOf(run, input.Stage)))],
            Data = stage.Data,
            Sources = SourcesOf(definition, stage),
            Tasks = stage.Tasks,
            Gates = stage.Gates,
            Checkpoints = borrowed is null ? Checkpoints(run.Id, stage.Name) : [Reference(borrowed.Checkpoint), .. Checkpoints(run.Id, stage.Name)],
            MicroBatchLimit = attempt.MicroBatchLimit,
            AcceptMissedGates = state.AcceptMissedGates,
            StageDirectory = directory.Stage(stage.Name),
            AttemptDirectory = directory.Attempt(stage.Name, attempt.Number),
            ArtifactsDirectory = RunDirectory.ArtifactsOf(stateDirectory),
            LeaseLifetime = leaseLifetime,
        };
    }

    /// <summary>The sources that a stage, its tasks and its gates name.</summary>
    public static IReadOnlyList<DataSourceDefinition> SourcesOf(PipelineDefinition definition, StageDefinition stage)
    {
        var names = stage.Data.Concat(stage.Tasks.Select(task => task.Value.Data)).Concat(stage.Gates.Select(gate => gate.Data ?? "")).ToHashSet();
        return [.. definition.Data.Where(source => names.Contains(source.Name))];
    }

    private List<CheckpointRef> Checkpoints(string run, string stage) =>
        [.. store.Checkpoints(run, stage)
            .Where(row => row.State == CheckpointRow.Committed)
            .OrderByDescending(row => row.Step).ThenByDescending(row => row.Token)
            .Select(Reference)];

    private CheckpointRef Reference(CheckpointRow row) => new(row.Step, Path.GetFullPath(row.Folder, stateDirectory), row.Sha256, row.Bytes);

    private StageArtifact Input(StageInput input, ArtifactRef artifact) => new(input.Role, input.Name, input.Stage, artifact, _artifacts.DirectoryOf(artifact));

    private static ArtifactRef OutputOf(RunState run, string stage) =>
        run.Stage(stage) is { State: ExecutionState.Done, Artifact: { } artifact } ? artifact : throw new InvalidOperationException($"stage {stage} has no output yet");
}
