using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// The exploration half of an iteration: questions, outputs of the current policy, rewards, advantages, and the ledger. Fixed by the policy's weights and
/// the iteration's number; changes no weight. Advantages are computed here, over whole groups, before anybody splits the rollouts.
/// </summary>
internal sealed class RolloutCollector(
    Decoder policy, IReadOnlyCollection<int> stopIds, GrpoOptions options, int? rolloutBatch, IQuestionSource questions, IRolloutScorer scorer, long seed, string stage, ILoopHost host)
{
    private readonly SamplingOptions _sampling = new() { Temperature = options.Temperature, TopP = options.TopP, TopK = options.TopK, MaxNewTokens = options.MaxNewTokens };

    /// <summary>Collects an iteration's rollouts and commits them to the ledger. Reference log-probs are not among them yet.</summary>
    /// <exception cref="StageFailedException">UserData: the questions or the rewards do not fit together. NumericGuard: a logit is not finite.</exception>
    public PendingIteration Collect(long iteration, long policyVersion)
    {
        host.Phase("rollouts");
        IReadOnlyList<RolloutGroup> groups = Sample(iteration);
        host.Phase("rewards");
        IReadOnlyList<RewardBreakdown> rewards = [.. scorer.Score(groups).Select(reward => reward.Checked())];
        float[] advantages = Advantages(iteration, groups, rewards);
        host.CommitRollouts(iteration, Records(iteration, policyVersion, groups, rewards));

        TrainingSample[] samples = [.. groups
            .SelectMany(group => group.Rollouts, (group, rollout) => (group.Question.PromptIds, rollout))
            .Select((item, i) => new TrainingSample(item.PromptIds, item.rollout.OutputIds, item.rollout.Logprobs, null, advantages[i]))];
        return new PendingIteration(iteration, samples, RolloutFigures.Of(groups, rewards));
    }

    private RolloutGroup[] Sample(long iteration)
    {
        IReadOnlyList<RlQuestion> drawn = questions.Draw(iteration);
        int numOutputs = drawn.Count * options.GroupSize;
        if (drawn.Count == 0) throw Refusal(iteration, "there are no questions to draw from");
        if (numOutputs < options.Minibatches)
            throw Refusal(iteration, $"{drawn.Count} questions × group-size {options.GroupSize} give {numOutputs} outputs, fewer than minibatches {options.Minibatches}");

        var engine = new GenerationEngine(policy, stopIds, rolloutBatch ?? numOutputs, options.MaxPrefillTokens);
        GenerationRequest[] requests = [.. drawn.Select((question, i) => new GenerationRequest(question.PromptIds, options.GroupSize, i))];
        IReadOnlyList<GeneratedSequence> outputs = engine.Generate(requests, _sampling, new DrawCoordinates(seed, stage, iteration, "rollouts"), host.Progress);
        return [.. drawn.Select((question, i) => new RolloutGroup(question,
            [.. outputs.Skip(i * options.GroupSize).Take(options.GroupSize).Select(o => new Rollout(o.OutputIds, o.Logprobs, o.Entropies, o.Finished))]))];
    }

    private float[] Advantages(long iteration, IReadOnlyList<RolloutGroup> groups, IReadOnlyList<RewardBreakdown> rewards)
    {
        if (rewards.Count != groups.Count * options.GroupSize)
            throw Refusal(iteration, $"the scorer returned {rewards.Count} rewards for {groups.Count * options.GroupSize} outputs");
        return GroupAdvantage.Compute([.. rewards.Select(reward => reward.Total)], options.GroupSize, options);
    }

    private static RolloutRecord[] Records(long iteration, long policyVersion, IReadOnlyList<RolloutGroup> groups, IReadOnlyList<RewardBreakdown> rewards)
    {
        int next = 0;
        return [.. groups.SelectMany(group => group.Rollouts.Select((rollout, sample) => (group.Question, rollout, sample))).Select(item => new RolloutRecord
        {
            Iteration = iteration,
            Question = item.Question.Id,
            Sample = item.sample,
            PolicyVersion = policyVersion,
            InputIds = item.Question.PromptIds,
            OutputIds = item.rollout.OutputIds,
            Logprobs = item.rollout.Logprobs,
            Rewards = rewards[next].Parts,
            Verdict = rewards[next].Verdict,
            Errors = rewards[next].Errors is { Count: > 0 } errors ? errors : null,
            Total = rewards[next++].Total,
            FinishReason = item.rollout.Finished ? "stop" : "length",
        })];
    }

    private StageFailedException Refusal(long iteration, string what) => new(StageFailureClass.UserData, $"{stage}, iteration {iteration}: {what}");
}
