using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Orchestration.Workers;

/// <summary>What goes through the model at once in a stage, before and after memory ran out.</summary>
internal static class MicroBatchLimits
{
    /// <summary>Sequences (or samples) at once; a pair is two sequences: the limit in force, else what the options say; null: the stage has no such thing.</summary>
    public static int? Current(StageOptions options, int? limit)
    {
        int? wanted = options switch
        {
            GrpoOptions grpo => grpo.MicroBatch ?? Math.Max(1, (int)Math.Min(int.MaxValue, (long)grpo.Questions * grpo.GroupSize / grpo.Minibatches)),
            SupervisedOptions supervised => supervised.MicroBatch ?? supervised.BatchSize,
            RewardModelingOptions pairs => pairs.MicroBatch ?? (RewardModelingOptions.IsPointwise(pairs) ? 1 : 2) * pairs.BatchSize,
            EvaluationOptions evaluation => evaluation.ShardSamples,
            RejectionSamplingOptions sampling => (int)Math.Min(int.MaxValue, (long)sampling.ShardProblems * sampling.Samples),
            _ => null,
        };
        return wanted is null || limit is null ? wanted : Math.Min(wanted.Value, limit.Value);
    }
}
