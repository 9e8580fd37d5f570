using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Definition.Resolved;
using R1Pipeline.Orchestration.Nodes;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// Says what a run would do, before anything runs: which stages are cached, why the others are not, what they would take, and what cannot fit
/// on this machine. Remembers file hashes; changes nothing else.
/// </summary>
/// <param name="store">The store; null: the state folder is new.</param>
/// <param name="stateDirectory">State folder.</param>
/// <param name="deviceMemory">Bytes of a device by its name, null where it is not known; null: those of this machine.</param>
public sealed class RunPlanner(IRunStore? store, string stateDirectory, Func<string, long?>? deviceMemory = null)
{
    private static readonly string[] AllParts = [OffloadedParts.Reference, OffloadedParts.RewardModels, OffloadedParts.Optimizer];

    private readonly Func<string, long?> _deviceMemory = deviceMemory ?? DeviceMemory.Of;
    private readonly FileHashes _hashes = new(store);
    private readonly ArtifactStore _artifacts = new(RunDirectory.ArtifactsOf(stateDirectory));

    /// <summary>Plans a definition.</summary>
    /// <exception cref="RunRefusedException">A file cannot be read; exit code 2.</exception>
    public RunPlan Plan(PipelineDefinition definition)
    {
        definition = _hashes.FillIn(definition);
        var estimator = new PlanEstimator(definition);
        var unfinished = store?.NewestUnfinished(ResolvedDefinition.Sha256(definition)) is { } run ? store.Find(run) : null;
        var outputs = new Dictionary<string, ArtifactRef?>();
        var planned = new Dictionary<string, PlannedStage>();
        foreach (var stage in definition.Stages) Visit(stage);
        return new RunPlan([.. definition.Stages.Select(stage => planned[stage.Name])], Problems(definition, planned, estimator));

        void Visit(StageDefinition stage)
        {
            if (planned.ContainsKey(stage.Name)) return;
            foreach (var input in stage.Inputs) Visit(definition.Stages.First(other => other.Name == input.Stage));
            var (result, why) = Look(definition, stage, outputs, unfinished);
            outputs[stage.Name] = result?.Artifact;
            var estimate = estimator.Of(stage.Name);
            planned[stage.Name] = result is null
                ? new PlannedStage(stage.Name, Cached: false, why, estimate.Steps, estimate.Tokens, estimate.Memory.Total, estimate.DiskBytes) { Memory = estimate.Memory }
                : new PlannedStage(stage.Name, Cached: true, why, result.StepsPlanned, 0, 0, 0);
        }
    }

    /// <summary>What a stage's worker would take, whatever was computed before.</summary>
    public static MemoryEstimate MemoryOf(PipelineDefinition definition, string stage) => new PlanEstimator(definition).Of(stage).Memory;

    private (KeyResult? Result, string Why) Look(
        PipelineDefinition definition, StageDefinition stage, Dictionary<string, ArtifactRef?> outputs, RunState? unfinished)
    {
        var missing = stage.Inputs.Select(input => input.Stage).Where(input => outputs[input] is null).Distinct().ToList();
        if (missing.Count > 0) return (null, $"its input {string.Join(", ", missing)} is computed first");
        var key = StageKey.Of(definition, stage, name => outputs[name]!, _hashes.OfFolder);
        if (store is null) return (null, "never run");

        var result = store.FindResult(key.Sha256);
        if (result is not null)
        {
            if (!_artifacts.Exists(result.Artifact)) return (null, $"its output of run {result.Run} is gone from the artifacts folder");
            return ResultJudge.Judge(result, key.Limits) switch
            {
                null => (null, $"its gates or limits changed since run {result.Run}"),
                { State: ExecutionState.Done } done => (done, $"done in run {result.Run}"),
                var missed => (null, $"missed a gate in run {result.Run}: {missed.Message}"),
            };
        }
        if (unfinished?.Stage(stage.Name) is { StepsDone: > 0 } begun && begun.Key == key.Sha256) return (null, $"begun in run {unfinished.Id}, at step {begun.StepsDone} of {begun.StepsPlanned}");
        var earlier = store.NewestDone(definition.Name, stage.Name);
        return (null, earlier is null ? "never run" : KeyDifference.Describe(earlier.Value.KeyParts, key.Parts) ?? "its result is gone");
    }

    private List<string> Problems(PipelineDefinition definition, Dictionary<string, PlannedStage> planned, PlanEstimator estimator)
    {
        var problems = new List<string>();
        var devices = new Dictionary<string, long?>();
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        foreach (var stage in definition.Stages.Where(stage => !planned[stage.Name].Cached))
        {
            MemoryEstimate need = estimator.Of(stage.Name).Memory;
            if (need.Runtime + need.State > memory) problems.Add(TooLarge(stage.Name, need, estimator, memory));
            if (need.Device is not { } device) continue;
            if (!devices.TryGetValue(device.Name, out long? known)) devices.Add(device.Name, known = _deviceMemory(device.Name));
            if (device.State > known) problems.Add(TooLarge(stage.Name, device, estimator, known.Value));
        }
        long disk = planned.Values.Sum(stage => stage.DiskBytes);
        long free = FreeBytes();
        if (disk > free) problems.Add($"checkpoints, rollouts and outputs may need {Size(disk)} of disk; {stateDirectory} has {Size(free)} free (--state names another folder)");
        return problems;
    }

    private static string TooLarge(string stage, MemoryEstimate need, PlanEstimator estimator, long memory)
    {
        string parts = Parts(
            ("weights", need.Weights), ("gradients", need.Gradients), ("moments", need.Moments), ("reference", need.Reference), ("reward models, judge and rules", need.Rewards), ("for the copy of a checkpoint", need.Checkpoint));
        List<string> changes = [];
        if (estimator.WithAdapter(stage) is { } adapter) changes.Add($"lora: {{ rank: 16 }} brings it to {Size(adapter.Runtime + adapter.State)}");
        if (need.Reference > 0) changes.Add("kl-weight: 0 without max-kl needs no reference");
        if (need.Device is not null && estimator.WithOffload(stage, []) is { } kept && kept.State < need.State) changes.Add($"without offload it is {Size(kept.Runtime + kept.State)}");
        changes.Add(need.Device is null && need.Weights > 0 ? "take a smaller model, or a machine with more memory" : "take a machine with more memory");
        string which = need.Device is null ? "" : " of host memory";
        return $"stage {stage} needs {Size(need.Runtime + need.State)}{which} whatever its micro-batch ({parts}); this machine has {Size(memory)}{(need.Device is null ? " of memory" : "")}: {string.Join("; ", changes)}";
    }

    private static string TooLarge(string stage, DeviceEstimate need, PlanEstimator estimator, long memory)
    {
        string parts = Parts(
            ("weights", need.Weights), ("gradients", need.Gradients), ("moments", need.Moments), ("reference", need.Reference), ("reward models and judge", need.RewardModels + need.Judge), ("driver and kernels", need.Context));
        List<string> changes = [];
        if (estimator.WithOffload(stage, AllParts)?.Device is { } offloaded && offloaded.State < need.State) changes.Add($"offload: [{string.Join(", ", AllParts)}] brings it to {Size(offloaded.State)}");
        if (estimator.WithAdapter(stage)?.Device is { } adapter) changes.Add($"lora: {{ rank: 16 }} brings it to {Size(adapter.State)}");
        if (need.Reference > 0) changes.Add("kl-weight: 0 without max-kl needs no reference");
        changes.Add("take a smaller model, or a device with more memory");
        return $"stage {stage} needs {Size(need.State)} on {need.Name} whatever its micro-batch ({parts}{(need.OffloadsReference || need.OffloadsRewardModels || need.OffloadsMoments ? ", not all at once" : "")}); that device has {Size(memory)} of memory: {string.Join("; ", changes)}";
    }

    private static string Parts(params IEnumerable<(string What, long Bytes)> parts) => string.Join(", ", parts.Where(part => part.Bytes > 0).Select(part => $"{Size(part.Bytes)} {part.What}"));

    private long FreeBytes()
    {
        string folder = Path.GetFullPath(stateDirectory);
        while (!Directory.Exists(folder)) folder = Path.GetDirectoryName(folder)!;
        return new DriveInfo(folder).AvailableFreeSpace;
    }

    private static string Size(long bytes) => bytes >= 1L << 30 ? $"{bytes / (double)(1L << 30):0.0} GiB" : $"{bytes / (double)(1L << 20):0.0} MiB";
}
