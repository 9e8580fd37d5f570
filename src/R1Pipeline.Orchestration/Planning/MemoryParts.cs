namespace R1Pipeline.Orchestration.Planning;

/// <summary>What a stage computes with, before it is said where each part lies. Bytes, where nothing else is said.</summary>
internal sealed record MemoryParts
{
    private const int Float = 4;
    private const long OptimizerPiece = 16L << 20;
    private const long CudaHost = 1L << 30, CudaContext = 512L << 20;           // guesses: no GPU was measured

    /// <summary>.NET, libtorch and the code that was compiled.</summary>
    public required long Runtime { get; init; }

    /// <summary>Bytes of a parameter that is trained: 4, and 2 for the copy that is computed with in bf16.</summary>
    public int Held { get; init; } = Float;

    /// <summary>Bytes of a parameter that is never trained: of a reference or a reward model.</summary>
    public int Frozen { get; init; } = Float;

    /// <summary>All weights.</summary>
    public long Weights { get; init; }

    /// <summary>What quantising takes while the model is loaded.</summary>
    public long Quantising { get; init; }

    /// <summary>Parameters that are trained.</summary>
    public long Trained { get; init; }

    /// <summary>Whether there is a reference policy.</summary>
    public bool HasReference { get; init; }

    /// <summary>Parameters of each reward model.</summary>
    public IReadOnlyList<long> RewardModels { get; init; } = [];

    /// <summary>A judge model on the local engine.</summary>
    public long Judge { get; init; }

    /// <summary>What one reply of it takes.</summary>
    public long JudgeCache { get; init; }

    /// <summary>The process of the rules.</summary>
    public long Rules { get; init; }

    /// <summary>What a micro-batch needs, forward and backward.</summary>
    public long Activations { get; init; }

    /// <summary>What a pass takes that keeps nothing for backward.</summary>
    public long Pass { get; init; }

    /// <summary>What sampling side by side needs.</summary>
    public long Cache { get; init; }

    private long Moments => Float * 2 * Trained;

    private long Piece => Float * Math.Min(Trained, OptimizerPiece);

    private long Checkpoint => Float * (HasReference ? 4 : 3) * Trained;

    /// <summary>All of it in the host's memory.</summary>
    public MemoryEstimate OnHost() => new()
    {
        Runtime = Runtime,
        Weights = Weights,
        Quantising = Quantising,
        Gradients = Held * Trained,
        Moments = Moments + Piece,
        Reference = HasReference ? Frozen * Trained : 0,
        Rewards = Rules + Judge + JudgeCache + Frozen * RewardModels.Sum(),
        Activations = Activations,
        Cache = Cache,
        Checkpoint = Checkpoint,
    };

    /// <summary>
    /// On a CUDA device: what is computed with is there; in the host's memory are the rules, the copy of a checkpoint, and what is offloaded. Its weights
    /// pass through the host tensor by tensor.
    /// </summary>
    /// <param name="device">The device, as the stage names it.</param>
    /// <param name="reference">Whether the reference is offloaded.</param>
    /// <param name="rewardModels">Whether the reward models are.</param>
    /// <param name="moments">Whether the moments are.</param>
    public MemoryEstimate OnDevice(string device, bool reference, bool rewardModels, bool moments) => new()
    {
        Runtime = CudaHost,
        Moments = moments ? Moments : 0,
        Reference = reference && HasReference ? Frozen * Trained : 0,
        Rewards = Rules + (rewardModels ? Frozen * RewardModels.Sum() : 0),
        Checkpoint = Checkpoint,
        Device = new DeviceEstimate
        {
            Name = device,
            Context = CudaContext,
            Weights = Weights,
            Gradients = Held * Trained,
            Moments = Moments,
            Piece = Piece,
            Reference = HasReference ? Frozen * Trained : 0,
            RewardModels = Frozen * RewardModels.Sum(),
            Judge = Judge,
            JudgeCache = JudgeCache,
            LargestRewardModel = Frozen * RewardModels.DefaultIfEmpty(0).Max(),
            Activations = Activations,
            Pass = HasReference ? Pass : 0,
            Cache = Cache,
            OffloadsReference = reference,
            OffloadsRewardModels = rewardModels,
            OffloadsMoments = moments,
        },
    };
}
