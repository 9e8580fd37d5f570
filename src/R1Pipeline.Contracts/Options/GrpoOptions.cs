using System.ComponentModel.DataAnnotations;

namespace R1Pipeline.Contracts.Options;

/// <summary>Group Relative Policy Optimization (r1-recipe.md 3 and 4). Defaults are the paper's where it states them.</summary>
public abstract record GrpoOptions : RewardedOptions
{
    /// <summary>Iterations: one rollout phase and the optimizer steps trained on it.</summary>
    [Range(1, 10_000_000)]
    public int Iterations { get; init; } = 650;

    /// <summary>Questions in one iteration.</summary>
    [Range(1, 1_000_000)]
    public int Questions { get; init; } = 512;

    /// <summary>Outputs of one question (G).</summary>
    [Range(2, 4096)]
    public int GroupSize { get; init; } = 16;

    /// <summary>Optimizer steps in one iteration: its outputs are split at random into so many minibatches, after advantages are computed.</summary>
    [Range(1, 4096)]
    public int Minibatches { get; init; } = 16;

    /// <summary>Temperature of the rollouts.</summary>
    [Range(0.01, 100.0)]
    public double Temperature { get; init; } = 1.0;

    /// <summary>Nucleus of the rollouts; 1 keeps all tokens, so that the sampled distribution is the policy's.</summary>
    [Range(0.01, 1.0)]
    public double TopP { get; init; } = 1.0;

    /// <summary>Most likely tokens that are kept; 0 keeps all.</summary>
    [Range(0, 1_000_000)]
    public int TopK { get; init; }

    /// <summary>Longest output in tokens.</summary>
    [Range(1, 1_048_576)]
    public int MaxNewTokens { get; init; } = 32768;

    /// <summary>Rollouts that are decoded side by side; null: all of an iteration. Bounds the KV cache. Another number may change a rollout by rounding.</summary>
    [Range(1, 1_000_000)]
    public int? RolloutBatch { get; init; }

    /// <summary>Tokens of prompts, padding included, that are read at once; null: 65,536. Bounds the activations of many long prompts. Another number may change an output by rounding.</summary>
    [Range(1, 1_000_000_000), AbsentFromKeyWhenNull]
    public int? MaxPrefillTokens { get; init; }

    /// <summary>Clip range of the ratio, downwards: 1 - this. R1 stage 1: 10, which never binds below (r1-recipe.md 3.2).</summary>
    [Range(0.0, 1000.0)]
    public double ClipEpsilon { get; init; } = 0.2;

    /// <summary>Clip range upwards: 1 + this; null: the same as <c>clip-epsilon</c>.</summary>
    [Range(0.0, 1000.0)]
    public double? ClipEpsilonHigh { get; init; }

    /// <summary>Weight of the KL term (beta).</summary>
    [Range(0.0, 100.0)]
    public double KlWeight { get; init; } = 0.001;

    /// <summary>Estimator of the KL term.</summary>
    public KlEstimator KlEstimator { get; init; } = KlEstimator.K3;

    /// <summary>Iterations between two refreshes of the reference policy (reference := policy). The paper: every 400 steps, 25 iterations of 16.</summary>
    [Range(1, 10_000_000)]
    public int ReferenceRefreshIterations { get; init; } = 25;

    /// <summary>What divides the centred rewards.</summary>
    public AdvantageScale AdvantageScale { get; init; } = AdvantageScale.Group;

    /// <summary>Delta degrees of freedom of the standard deviation: 0 population, 1 sample.</summary>
    [Range(0, 1)]
    public int AdvantageStdDdof { get; init; }

    /// <summary>How <c>advantage-std-value</c> guards a small deviation.</summary>
    public StdFloorMode AdvantageStd { get; init; } = StdFloorMode.Floor;

    /// <summary>The guard's value. A group without spread has advantage 0 whatever it is.</summary>
    [Range(0.0, 10.0)]
    public double AdvantageStdValue { get; init; } = 0.02;

    /// <summary>How the loss is averaged.</summary>
    public LossAggregation Aggregation { get; init; } = LossAggregation.SequenceMean;

    /// <summary>Train a low-rank adapter instead of the policy's own weights; null: train them all. The reference policy then shares those weights.</summary>
    [AbsentFromKeyWhenNull]
    public LoraOptions? Lora { get; init; }

    /// <summary>
    /// What lies in the host's memory while no phase needs it on the device: <c>reference</c>, <c>reward-models</c>, <c>optimizer</c> (its moments). Saves device memory for
    /// the time of the copies and changes no bit. On the CPU, whose memory is the host's, it has no effect. Null: nothing.
    /// </summary>
    [AllowedValues(OffloadedParts.Reference, OffloadedParts.RewardModels, OffloadedParts.Optimizer), OutsideKey]
    public IReadOnlyList<string>? Offload { get; init; }

    /// <summary>Stop when the mean KL to the reference passes this; null: no limit.</summary>
    [Range(0.0, 1e6), OutsideKey(IsLimit = true)]
    public double? MaxKl { get; init; }

    /// <summary>Stop when the mean entropy of the rollout tokens (nats) falls below this; null: no limit.</summary>
    [Range(0.0, 100.0), OutsideKey(IsLimit = true)]
    public double? MinEntropy { get; init; }

    /// <summary>Gate: mean accuracy of the three iterations up to <c>accuracy-gain-iteration</c> must exceed that of iterations 1 to 3 by this; null: no gate.</summary>
    [Range(0.0, 1.0), OutsideKey(IsLimit = true)]
    public double? MinAccuracyGain { get; init; }

    /// <summary>The iteration at which <c>min-accuracy-gain</c> is measured.</summary>
    [Range(6, 10_000_000), OutsideKey(IsLimit = true)]
    public int AccuracyGainIteration { get; init; } = 20;

    /// <summary>Stop when the log-probs of the generation engine and of the trainer differ by more than this on average (nats a token).</summary>
    [Range(0.0, 100.0), OutsideKey(IsLimit = true)]
    public double MaxLogprobDrift { get; init; } = 0.05;

    /// <summary>Questions that are held out of the stage's own rows with a gold answer, to measure accuracy on while it trains (<c>held-out-accuracy</c>, greedy); null: none.</summary>
    [Range(1, 1_000_000), AbsentFromKeyWhenNull]
    public int? HeldOutQuestions { get; init; }

    /// <summary>Iterations between two measurements on them, the first before the first iteration.</summary>
    [Range(1, 1_000_000), OutsideKey]
    public int HeldOutEveryIterations { get; init; } = 5;

    /// <summary>When the stage says that its reward may be fooled.</summary>
    [OutsideKey]
    public AlarmOptions Alarms { get; init; } = new();

    /// <summary>Whether <c>offload</c> names a part (<see cref="OffloadedParts"/>).</summary>
    public bool Offloads(string part) => Offload?.Contains(part) == true;
}
