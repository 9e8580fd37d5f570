using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;
using R1Pipeline.Orchestration.Stores.Postgres;
using R1Pipeline.Orchestration.Workers;
using R1Pipeline.Tests.Artifacts;
using R1Pipeline.Tests.StageHost;
using Serilog.Core;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>A state folder with a real store, and engines over it whose workers are real processes with counting stages.</summary>
internal sealed class RunLab : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A lab whose store is in the state folder.</summary>
    public RunLab() => Store = RunStores.Open(State, create: true)!;

    /// <summary>A lab whose store is in PostgreSQL, and how long it waits for a server that does not answer.</summary>
    public RunLab(string database, TimeSpan patience) => (Database, Store) = (database, PostgresStores.Open(database, State, create: true, _ => { }, patience)!);

    /// <summary>Connection string of the store's database; null: it is in the state folder.</summary>
    public string? Database { get; }

    public string State => _folder.At("state");

    public IRunStore Store { get; }

    /// <summary>What engines see instead of <see cref="Store"/>; null: the store itself.</summary>
    public IRunStore? Engines { get; set; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public RunReader Reader => new(Store, State);

    public RunEngineOptions Options => new()
    {
        StateDirectory = State,
        Worker = new WorkerCommand(WorkerUnderTest.Executable, []),
        Slots = 2,
        SlotsDirectory = _folder.At("slots"),
        RetryDelay = TimeSpan.FromMilliseconds(10),
    };

    public Task<RunOutcome> RunAsync(PipelineDefinition definition, RunEvents? events = null, RunEngineOptions? options = null, CancellationToken stop = default) =>
        Engine(events, options).RunAsync(definition, new RunSource("yaml", new Dictionary<string, string>()), stop);

    public Task<RunOutcome> ResumeAsync(string run, string? from = null, string[]? accept = null, RunEvents? events = null, CancellationToken stop = default) =>
        Engine(events, null).ResumeAsync(run, from, accept ?? [], stop);

    public RunDirectory Directory(string run) => new(State, run);

    public void Dispose()
    {
        Store.Dispose();
        _folder.Dispose();
    }

    public RunEngine Engine(RunEvents? events = null, RunEngineOptions? options = null) => new(options ?? Options, Engines ?? Store, events ?? new Watcher(), Logger.None, Time);

    /// <summary>Records what happened, and acts at the first checkpoint of a stage.</summary>
    internal sealed class Watcher : RunEvents
    {
        private readonly List<string> _seen = [];

        public IReadOnlyList<string> Seen
        {
            get
            {
                lock (_seen) return [.. _seen];
            }
        }

        /// <summary>Called with the stage at every committed checkpoint.</summary>
        public Action<string>? AtCheckpoint { get; init; }

        /// <summary>Called with the stage when a worker starts.</summary>
        public Action<string>? AtStart { get; init; }

        public override void AttemptStarted(StageState stage, AttemptState attempt)
        {
            Saw($"start {stage.Name} {attempt.Number}");
            AtStart?.Invoke(stage.Name);
        }

        public override void CheckpointCommitted(string stage, CheckpointRef checkpoint, IReadOnlyList<StepMetrics> metrics) => AtCheckpoint?.Invoke(stage);

        public override void StageCached(StageState stage) => Saw($"cached {stage.Name}");

        public override void StageDone(StageState stage) => Saw($"done {stage.Name}");

        public override void StageFailed(StageState stage) => Saw($"failed {stage.Name}");

        public override void StageInterrupted(StageState stage) => Saw($"interrupted {stage.Name}");

        public override void Retrying(StageState stage, StageFailureClass failure, string message, TimeSpan delay) => Saw($"retry {stage.Name} {failure}");

        public override void WaitingForRun(string stage, string otherRun) => Saw($"wait {stage}");

        private void Saw(string what)
        {
            lock (_seen) _seen.Add(what);
        }
    }
}
