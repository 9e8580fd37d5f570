using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Runs;

namespace R1Pipeline.Tests.Orchestration;

/// <summary>Anonymous values.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Time = new(2026, 11, 25, 7, 0, 0, TimeSpan.Zero);

    public static readonly ArtifactRef Model = new(ArtifactKind.Model, new string('a', 64));

    public static RunState Run(params StageState[] stages) => new()
    {
        Id = "run-1",
        Pipeline = "p",
        DefinitionSha256 = "d",
        State = ExecutionState.Running,
        CreatedAt = Time,
        Stages = stages.Length > 0 ? stages : [Stage()],
    };

    public static StageState Stage(ExecutionState state = ExecutionState.Waiting, string name = "a") => new()
    {
        Name = name,
        Uses = "cold-start",
        State = state,
        Attempts = state == ExecutionState.Running ? [Attempt()] : [],
        Artifact = state == ExecutionState.Done ? Model : null,
        Failure = state == ExecutionState.Failed ? StageFailureClass.UserData : null,
    };

    public static AttemptState Attempt(long token = 1, AttemptOutcome outcome = AttemptOutcome.Running) => new() { Number = 1, Token = token, Outcome = outcome, StartedAt = Time };

    public static AttemptStarted Started(string stage = "a", string key = "key", long token = 1) => new(Time, stage, key, "{}", "{}", token);

    public static AttemptEnded Ended(StageFailureClass failure, FailureDecision decision, int? microBatch = null, string stage = "a", long token = 1) =>
        new(Time, stage, token, new StageReport { Failure = failure, Message = "because" }, decision, microBatch);

    public static AttemptEnded Done(string stage = "a", long token = 1) =>
        new(Time, stage, token, new StageReport { Artifact = Model, StepsDone = 10, StepsPlanned = 10 }, null, null);

    public static HeartbeatMessage Heartbeat(long steps = 5) => new()
    {
        Sequence = 1,
        Phase = "update",
        StepsDone = steps,
        StepsPlanned = 10,
        StepsExecuted = steps,
        ResumedFrom = 0,
        ProgressCount = steps,
        ResidentBytes = 100,
        Live = new Dictionary<string, double> { ["loss"] = 1.5 },
    };

    public static CheckpointRef Checkpoint(long step, long token = 1) => new(step, $"/state/step-{step}-t{token}", new string('c', 64), 1000);

    public static KeyResult Result(ExecutionState state = ExecutionState.Done) =>
        new("run-0", "a", state, state == ExecutionState.Done ? null : StageFailureClass.GateMissed, "missed", "{}", Model, null, [], 10, 10);

    public static PipelineDefinition Pipeline(params StageDefinition[] stages) => new() { Name = "p", Seed = 1, Data = [], Stages = stages };

    /// <summary>A stage that counts in the test worker; <paramref name="plan"/> as in its CountingPlan.</summary>
    public static StageDefinition Counting(string name, string plan, int every = 2, int maxAttempts = 5, int stallSeconds = 600, long seed = 1) => new()
    {
        Name = name,
        Uses = "train-tokenizer",
        Seed = seed,
        Options = new TrainTokenizerOptions { EosToken = plan, CheckpointEverySteps = every, MaxAttempts = maxAttempts, StallTimeoutSeconds = stallSeconds },
    };

    /// <summary>A counting stage that takes the outputs of others.</summary>
    public static StageDefinition After(string name, string plan, params string[] inputs) =>
        Counting(name, plan) with { Inputs = [.. inputs.Select(input => new StageInput("model", input, input))] };
}
