using R1Pipeline.Contracts.Options;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Generation;

namespace R1Pipeline.Stages.RejectionSampling;

/// <summary>
/// Samples the outputs of a shard of problems and filters them; of each problem at most so many distinct texts are kept, in sample order.
/// A problem's draws come from (seed, stage, problem, sample): a shard can be repeated.
/// </summary>
internal sealed class ProblemSampler(
    RejectionSamplingOptions options, LanguageModel model, GenerationEngine engine, IReadOnlyList<LedgerRow> problems, long seed, string stage)
{
    private readonly RejectionFilters _filters = new(options, model.Text);

    /// <summary>How many shards there are.</summary>
    public int NumShards => (problems.Count + options.ShardProblems - 1) / options.ShardProblems;

    /// <summary>Samples and filters one shard (from 0).</summary>
    public RejectionShard Sample(int shard, Action<long> progress)
    {
        int first = shard * options.ShardProblems;
        int count = Math.Min(options.ShardProblems, problems.Count - first);
        GenerationRequest[] requests =
        [
            .. Enumerable.Range(first, count).Select(problem =>
                new GenerationRequest(model.Text.Sequences.Prompt(problems[problem].Row), options.Samples, Key: problem)),
        ];
        var sampling = new SamplingOptions { Temperature = options.Temperature, TopP = options.TopP, TopK = options.TopK, MaxNewTokens = options.MaxNewTokens };
        var outputs = engine.Generate(requests, sampling, new DrawCoordinates(seed, stage, 0, "rejection-sampling"), progress);

        var dropped = RejectionFilters.Reasons.ToDictionary(reason => reason, _ => 0);
        var kept = new List<KeptOutput>();
        foreach (var ofProblem in outputs.GroupBy(output => output.Request).OrderBy(group => group.Key))
        {
            kept.AddRange(Keep(first + ofProblem.Key, ofProblem.OrderBy(output => output.Sample), dropped));
        }

        return new RejectionShard
        {
            NumSampled = outputs.Count,
            NumPassed = kept.Count + dropped[RejectionFilters.Duplicate] + dropped[RejectionFilters.Surplus],
            Dropped = dropped,
            Kept = kept,
        };
    }

    private List<KeptOutput> Keep(int problem, IEnumerable<GeneratedSequence> outputs, Dictionary<string, int> dropped)
    {
        var kept = new List<KeptOutput>();
        foreach (var output in outputs)
        {
            var input = model.Text.RewardInput(problems[problem].Row, output.OutputIds, output.Finished);
            string? reason = _filters.Reason(input, output.OutputIds)
                ?? (kept.Exists(earlier => earlier.Text == input.Completion) ? RejectionFilters.Duplicate
                    : kept.Count == options.KeepPerProblem ? RejectionFilters.Surplus
                    : null);
            if (reason is null) kept.Add(new KeptOutput(problem, output.Sample, input.Completion));
            else dropped[reason]++;
        }

        return kept;
    }
}
