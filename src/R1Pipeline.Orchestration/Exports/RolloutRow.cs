using System.Text.Json.Serialization;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Orchestration.Stores;

namespace R1Pipeline.Orchestration.Exports;

/// <summary>A row of <see cref="RolloutParquet"/>: the columns have the names that <c>rollouts --json</c> gives the fields.</summary>
/// <param name="run">Run id.</param>
/// <param name="stage">Stage name.</param>
/// <param name="rollout">The rollout.</param>
internal sealed class RolloutRow(string run, string stage, RolloutRecord rollout)
{
    [JsonPropertyName("run")]
    public string Run => run;

    [JsonPropertyName("stage")]
    public string Stage => stage;

    [JsonPropertyName("iteration")]
    public long Iteration => rollout.Iteration;

    [JsonPropertyName("question")]
    public string Question => rollout.Question;

    [JsonPropertyName("sample")]
    public int Sample => rollout.Sample;

    [JsonPropertyName("policy_version")]
    public long PolicyVersion => rollout.PolicyVersion;

    [JsonPropertyName("input_ids")]
    public List<int> InputIds => [.. rollout.InputIds];

    [JsonPropertyName("output_ids")]
    public List<int> OutputIds => [.. rollout.OutputIds];

    [JsonPropertyName("logprobs")]
    public List<float> Logprobs => [.. rollout.Logprobs];

    [JsonPropertyName("rewards")]
    public Dictionary<string, double> Rewards => new(rollout.Rewards);

    [JsonPropertyName("total")]
    public double? Total => rollout.Total;

    [JsonPropertyName("verdict")]
    public string? Verdict => rollout.Verdict?.Word();

    [JsonPropertyName("finish_reason")]
    public string FinishReason => rollout.FinishReason;

    [JsonPropertyName("errors")]
    public Dictionary<string, string> Errors => rollout.Errors is null ? [] : new(rollout.Errors);
}
