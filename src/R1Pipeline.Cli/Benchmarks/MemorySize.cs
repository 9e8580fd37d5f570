using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary>A model that <c>r1 bench memory</c> makes, with work of a fitting size.</summary>
internal sealed record MemorySize(string Name, ModelShapeOptions Shape, int Vocabulary)
{
    /// <summary>The sizes: quickstart's, 61 million parameters, Qwen2.5-0.5B's shape.</summary>
    public static IReadOnlyList<MemorySize> All { get; } =
    [
        new("quickstart", new ModelShapeOptions(), 111)
        {
            RowTokens = 48, FineTuning = new() { BatchSize = 16 }, PromptTokens = 32, Rl = new() { Questions = 16, GroupSize = 16, Minibatches = 2, MaxNewTokens = 80, MicroBatch = 32 },
        },
        new("61M", new ModelShapeOptions { HiddenSize = 512, NumLayers = 12, NumHeads = 8, NumKvHeads = 2, IntermediateSize = 1536, ContextTokens = 2048 }, 49_152)
        {
            RowTokens = 256, FineTuning = new() { BatchSize = 8, MicroBatch = 4 }, PromptTokens = 128, Rl = new() { Questions = 4, GroupSize = 4, Minibatches = 1, MaxNewTokens = 128, MicroBatch = 4 },
        },
        new("494M", new ModelShapeOptions { HiddenSize = 896, NumLayers = 24, NumHeads = 14, NumKvHeads = 2, IntermediateSize = 4864, ContextTokens = 32_768, RopeTheta = 1_000_000 }, 151_936)
        {
            RowTokens = 512, FineTuning = new() { BatchSize = 2, MicroBatch = 1 }, PromptTokens = 64, Rl = new() { Questions = 1, GroupSize = 4, Minibatches = 1, MaxNewTokens = 64, MicroBatch = 2 },
        },
    ];

    /// <summary>Tokens of a row of the SFT step.</summary>
    public required int RowTokens { get; init; }

    /// <summary>The SFT step.</summary>
    public required SupervisedFineTuningOptions FineTuning { get; init; }

    /// <summary>Tokens of a prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>The GRPO step; its rollouts are also what is generated.</summary>
    public required ReasoningRlOptions Rl { get; init; }
}
