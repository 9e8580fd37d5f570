using R1Pipeline.Contracts.Options;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Rollouts;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// Accuracy on questions that are never trained on, answered greedily by the policy as it is: what tells a better policy from a better liar. Draws nothing and changes nothing,
/// so that a run with another cadence trains the same weights.
/// </summary>
internal sealed class HeldOutMeasurement(
    Decoder policy, IReadOnlyCollection<int> stopIds, GrpoOptions options, int? rolloutBatch, IReadOnlyList<RlQuestion> questions, IRolloutScorer scorer, long seed, string stage, Action<long> progress)
{
    private readonly SamplingOptions _greedy = new() { Temperature = 0, MaxNewTokens = options.MaxNewTokens };

    /// <summary>Whether it is measured before the rollouts of this iteration (from 1).</summary>
    public bool IsDue(long iteration) => questions.Count > 0 && (iteration - 1) % options.HeldOutEveryIterations == 0;

    /// <summary>Mean accuracy over the questions that could be graded (null: over none), and how many could not.</summary>
    public (double? Accuracy, int Errors) Measure(long iteration)
    {
        var engine = new GenerationEngine(policy, stopIds, Math.Min(rolloutBatch ?? questions.Count, questions.Count), options.MaxPrefillTokens);
        GenerationRequest[] requests = [.. questions.Select((question, i) => new GenerationRequest(question.PromptIds, 1, i))];
        IReadOnlyList<GeneratedSequence> outputs = engine.Generate(requests, _greedy, new DrawCoordinates(seed, stage, iteration, "held-out"), progress);
        RolloutGroup[] groups = [.. questions.Zip(outputs, (question, output) => new RolloutGroup(question, [new Rollout(output.OutputIds, output.Logprobs, output.Entropies, output.Finished)]))];
        double[] graded = [.. scorer.Score(groups).Select(reward => reward.Checked()).Where(reward => reward.Parts.ContainsKey(RolloutFigures.Accuracy)).Select(reward => reward.Parts[RolloutFigures.Accuracy])];
        return (graded.Length == 0 ? null : graded.Average(), questions.Count - graded.Length);
    }
}
