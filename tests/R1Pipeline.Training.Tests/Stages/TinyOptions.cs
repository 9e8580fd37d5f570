using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Training.Tests.Stages;

/// <summary>Settings under which every stage takes a moment.</summary>
internal static class TinyOptions
{
    public static ModelShapeOptions Shape { get; } = new()
    {
        HiddenSize = 32,
        NumLayers = 1,
        NumHeads = 2,
        NumKvHeads = 1,
        IntermediateSize = 64,
        ContextTokens = 128,
        InitStd = 0.08,
    };

    public static PretrainingOptions Pretraining { get; } = new()
    {
        Model = Shape,
        Tokenizer = "addition",
        ChatTemplate = "addition",
        BatchSize = 8,
        LearningRate = 5e-3,
        CheckpointEverySteps = 1,
        KeepCheckpoints = 100,
    };

    public static SupervisedFineTuningOptions FineTuning { get; } = new()
    {
        BatchSize = 4,
        LearningRate = 1e-3,
        CheckpointEverySteps = 1,
        KeepCheckpoints = 100,
    };

    public static ReasoningRlOptions ReasoningRl { get; } = new()
    {
        Iterations = 2,
        Questions = 2,
        GroupSize = 2,
        Minibatches = 2,
        MaxNewTokens = 12,
        LearningRate = 1e-4,
        MaxLogprobDrift = 1,
        CheckpointEverySteps = 1,
        KeepCheckpoints = 100,
    };

    public static AllScenarioRlOptions AllScenarioRl { get; } = new()
    {
        Iterations = 3,
        Questions = 2,
        GeneralQuestions = 1,
        GeneralFromIteration = 2,
        GroupSize = 2,
        Minibatches = 1,
        MaxNewTokens = 12,
        LearningRate = 1e-4,
        MaxLogprobDrift = 1,
        CheckpointEverySteps = 1,
        KeepCheckpoints = 100,
    };

    public static RejectionSamplingOptions RejectionSampling { get; } = new()
    {
        Samples = 2,
        Temperature = 0.01,
        MaxNewTokens = 80,
        ShardProblems = 2,
        CheckpointEverySteps = 1,
        KeepCheckpoints = 100,
    };

    public static RewardModelingOptions RewardModeling { get; } = new()
    {
        BatchSize = 4,
        HeldOutPairs = 4,
        LearningRate = 1e-3,
        CheckpointEverySteps = 1,
        KeepCheckpoints = 100,
    };

    public static EvaluationOptions Evaluation { get; } = new() { ShardSamples = 4, CheckpointEverySteps = 1, KeepCheckpoints = 100 };
}
