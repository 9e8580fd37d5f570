using System.Text.Json;
using R1Pipeline.Artifacts;
using R1Pipeline.Contracts.Artifacts;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Orchestration.Runs;
using R1Pipeline.Orchestration.Status;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Reports;

/// <summary>
/// Picks outputs to look at: ten rollouts of a run's RL stages, from their last iterations and spread over its questions, and what evaluation stages
/// kept. Rollouts are token ids; the text is what the stage's own tokenizer makes of them.
/// </summary>
internal sealed class SampleReader(IRunStore store, string stateDirectory, RunState run, PipelineDefinition definition)
{
    private const int ShownRollouts = 10;

    private readonly RunReader _reader = new(store, stateDirectory);
    private readonly ArtifactStore _artifacts = new(RunDirectory.ArtifactsOf(stateDirectory));
    private readonly int _numRlStages = Math.Max(1, definition.Stages.Count(IsRl));

    /// <summary>The outputs of one stage.</summary>
    public IReadOnlyList<SampleOutput> Of(StageDefinition stage, StageState state, IReadOnlyList<StepMetrics> steps)
    {
        if (IsRl(stage)) return Rollouts(stage, steps);
        return stage.Uses == "evaluation" && state.Artifact is { } artifact ? Evaluated(artifact) : [];
    }

    private static bool IsRl(StageDefinition stage) => stage.Options is Contracts.Options.GrpoOptions;

    private IReadOnlyList<SampleOutput> Rollouts(StageDefinition stage, IReadOnlyList<StepMetrics> steps)
    {
        long? last = steps.LastOrDefault(step => step.Iteration is not null)?.Iteration;
        if (last is null || Tokenizer(stage) is not { } tokenizer) return [];

        var rollouts = _reader.Rollouts(run.Id, stage.Name, last).Select(pair => pair.Rollout).ToList();
        int wanted = Math.Min(rollouts.Count, (ShownRollouts + _numRlStages - 1) / _numRlStages);
        return [.. Enumerable.Range(0, wanted).Select(index => Text(rollouts[index * rollouts.Count / wanted], tokenizer))];
    }

    private static SampleOutput Text(RolloutRecord rollout, ITokenizer tokenizer) => new()
    {
        Origin = $"iteration {rollout.Iteration}, {rollout.Question}, sample {rollout.Sample}",
        Prompt = tokenizer.Decode([.. rollout.InputIds]),
        Output = tokenizer.Decode([.. rollout.OutputIds]),
        Parts = rollout.Rewards,
        Total = rollout.Total,
        FinishReason = rollout.FinishReason,
    };

    /// <summary>The tokenizer of the model that the stage trains: its own output's, else its input's (a stage that failed has no output).</summary>
    private ITokenizer? Tokenizer(StageDefinition stage)
    {
        string? parent = stage.Inputs.FirstOrDefault(input => input.Role == "model")?.Stage;
        ArtifactRef? model = run.Stage(stage.Name).Artifact ?? (parent is null ? null : run.Stage(parent).Artifact);
        return model is null || !_artifacts.Exists(model) ? null : TokenizerFolder.Load(_artifacts.DirectoryOf(model));
    }

    private IReadOnlyList<SampleOutput> Evaluated(ArtifactRef artifact)
    {
        string path = RunDirectory.FileOf(_artifacts.DirectoryOf(artifact), "evaluation.json");
        if (!File.Exists(path)) return [];
        using var report = JsonDocument.Parse(File.ReadAllText(path));
        if (!report.RootElement.TryGetProperty("samples", out JsonElement samples)) return [];
        return [.. samples.EnumerateArray().Select(Evaluated)];
    }

    private static SampleOutput Evaluated(JsonElement sample) => new()
    {
        Origin = $"{sample.GetProperty("model").GetString()} on {sample.GetProperty("task").GetString()}, {sample.GetProperty("question").GetString()}"
            + (sample.TryGetProperty("gold", out JsonElement gold) ? $", gold {gold.GetString()}" : ""),
        Prompt = sample.GetProperty("prompt").GetString()!,
        Output = sample.GetProperty("output").GetString()!,
        Parts = sample.GetProperty("rewards").EnumerateObject().ToDictionary(part => part.Name, part => part.Value.GetDouble()),
        FinishReason = sample.GetProperty("finish-reason").GetString(),
    };
}
