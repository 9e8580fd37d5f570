using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Rollouts;
using R1Pipeline.Training.Runtime;

namespace R1Pipeline.Training.Tests.Loops;

/// <summary>A task that a tiny decoder learns in seconds: emit one token as often as possible. Prompts differ in length and by iteration.</summary>
internal sealed class GrpoLoopTask(Func<Rollout, double>? reward = null, Func<Rollout, RewardBreakdown?>? breakdown = null) : IQuestionSource, IRolloutScorer
{
    public const int Eos = 1, Wanted = 5;

    public static GrpoOptions Options { get; } = new ReasoningRlOptions
    {
        Iterations = 4,
        Questions = 3,
        GroupSize = 4,
        Minibatches = 3,
        MaxNewTokens = 8,
        KlWeight = 0.02,
        ReferenceRefreshIterations = 2,
        LearningRate = 5e-3,
        EndLearningRate = 1e-3,
        Beta2 = 0.99,
        WeightDecay = 0.01,
    };

    public static Decoder NewPolicy(Placement? placement = null) => Decoder.Create(
        DecoderConfig.Of(new ModelShapeOptions { HiddenSize = 16, NumLayers = 1, NumHeads = 2, NumKvHeads = 1, IntermediateSize = 24, ContextTokens = 32 }, 12, Eos, 0), 3, "test", 0.2, placement);

    public static GrpoLoop NewLoop(Decoder policy, GrpoOptions options, GrpoLoopHost host, int? microBatch = null, GrpoLoopTask? task = null, int? rolloutBatch = null)
    {
        task ??= new GrpoLoopTask();
        return new GrpoLoop(policy, [Eos], options, microBatch, rolloutBatch, task, task, seed: 11, "rl", host);
    }

    public IReadOnlyList<RlQuestion> Draw(long iteration) =>
        [.. Enumerable.Range(0, 3).Select(q => new RlQuestion($"q:{iteration}-{q}", [.. Enumerable.Range(0, 1 + q).Select(t => 2 + (int)((iteration + (3 * q) + t) % 10))], q))];

    public IReadOnlyList<RewardBreakdown> Score(IReadOnlyList<RolloutGroup> groups) =>
        [.. groups.SelectMany(group => group.Rollouts).Select(rollout =>
        {
            if (breakdown?.Invoke(rollout) is { } given) return given;
            double value = reward?.Invoke(rollout) ?? ShareOf(rollout);
            return new RewardBreakdown(value, new Dictionary<string, double> { ["accuracy"] = value });
        })];

    public static double ShareOf(Rollout rollout) => rollout.OutputIds.Count(id => id == Wanted) / 8.0;
}
