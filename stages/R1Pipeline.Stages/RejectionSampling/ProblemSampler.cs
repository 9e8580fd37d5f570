using R1Pipeline.Contracts.Options;
using R1Pipeline.Rewards;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Generation;

namespace R1Pipeline.Stages.RejectionSampling;

/// <summary>
/// Samples the outputs of a shard of problems and filters them; of each problem at most so many distinct texts are kept, in sample order.
/// What no rule can check is judged, a whole shard at once. A problem's draws come from (seed, stage, problem, sample): a shard can be repeated.
/// </summary>
internal sealed class ProblemSampler(
    RejectionSamplingOptions options, LanguageModel model, GenerationEngine engine, IReadOnlyList<LedgerRow> problems, JudgedAccuracy? judge, long seed, string stage)
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
        foreach (var ofProblem in Judged(Screened(first, outputs)).GroupBy(candidate => candidate.Problem)) kept.AddRange(Keep(ofProblem, dropped));

        return new RejectionShard
        {
            NumSampled = outputs.Count,
            NumPassed = kept.Count + dropped[RejectionFilters.Duplicate] + dropped[RejectionFilters.Surplus],
            Dropped = dropped,
            Kept = kept,
        };
    }

    private Candidate[] Screened(int first, IReadOnlyList<GeneratedSequence> outputs)
    {
        RewardInput[] inputs = [.. outputs.Select(output => model.Text.RewardInput(problems[first + output.Request].Row, output.OutputIds, output.Finished))];
        var measured = OutputMeter.Shared.Measure(inputs, options.Format, model.Text.LanguageRule);
        return [.. outputs.Select((output, i) => Screen(first + output.Request, output, inputs[i], measured[i]))];
    }

    private Candidate Screen(int problem, GeneratedSequence output, RewardInput input, MeasuredOutput measured)
    {
        bool judged = judge is not null && JudgedAccuracy.IsFor(problems[problem].Row);
        string? reason = _filters.Reason(input, measured, output.OutputIds, judged);
        return new Candidate(problem, output.Sample, input, reason, judged && reason is null);
    }

    private IReadOnlyList<Candidate> Judged(Candidate[] candidates)
    {
        int[] open = [.. Enumerable.Range(0, candidates.Length).Where(i => candidates[i].IsOpen)];
        if (open.Length == 0) return candidates;
        IReadOnlyList<string?> reasons = judge!.Reasons(open.Select(i => (problems[candidates[i].Problem].Row, candidates[i].Output)));
        for (int i = 0; i < open.Length; i++) candidates[open[i]] = candidates[open[i]] with { Reason = reasons[i] };
        return candidates;
    }

    private List<KeptOutput> Keep(IEnumerable<Candidate> candidates, Dictionary<string, int> dropped)
    {
        var kept = new List<KeptOutput>();
        foreach (var candidate in candidates)
        {
            string text = candidate.Output.Completion;
            string? reason = candidate.Reason
                ?? (kept.Exists(earlier => earlier.Text == text) ? RejectionFilters.Duplicate
                    : kept.Count == options.KeepPerProblem ? RejectionFilters.Surplus
                    : null);
            if (reason is null) kept.Add(new KeptOutput(candidate.Problem, candidate.Sample, text));
            else dropped[reason]++;
        }

        return kept;
    }

    private sealed record Candidate(int Problem, int Sample, RewardInput Output, string? Reason, bool IsOpen);
}
