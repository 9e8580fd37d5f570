using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// Memory of a worker from the sizes of its model, as the training core lays it out on the CPU; in bf16 there are copies of weights and gradients at 2 bytes, and activations are taken at 4 all the same. <c>r1 bench memory</c> compares it with what real
/// processes take; <see cref="Spread"/> and the runtime's share come from there.
/// <list type="bullet">
/// <item>Quantised projections of a frozen model take 4.127 bits, and there is room for the largest matrix, which gate and up are together, to be dequantised into.</item>
/// <item>What a layer keeps for backward, and one layer's gradients on their way, stand in <see cref="LayerSize"/>; under activation checkpointing a layer keeps its input alone, and one
/// at a time, the largest, is whole.</item>
/// <item>Logits, and what their matrix products pack: five blocks of at most 16 Mi values. Gradients of embedding and output on their way, where they are trained: four matrices of vocabulary · hidden where both are
/// one matrix, whose gradients meet; else two.</item>
/// </list>
/// </summary>
internal static class MemoryModel
{
    /// <summary>A worker that computes nothing with tensors.</summary>
    public const long Idle = 165L << 20;

    private const int Float = 4, Narrow = 2;
    private const double QuantizedBits = 4.127;
    private const long Supervised = 185L << 20, Sampled = 200L << 20, Both = 240L << 20;        // with the code that was compiled and the rows that are held
    private const double Spread = 1.2;      // temporaries of the kernels and gaps in the heap, beside the activations themselves
    private const long LogitsBlock = 16L << 20, OptimizerPiece = 16L << 20;

    /// <summary>A model that is read and written.</summary>
    public static MemoryEstimate Importing(ModelSize model) => new() { Runtime = Idle, Weights = Float * model.Parameters };

    /// <summary>A model that is sampled from.</summary>
    public static MemoryEstimate Sampling(ModelSize model, long cache) => new() { Runtime = Sampled, Weights = Float * model.Parameters, Cache = cache };

    /// <summary>Training, without a reference.</summary>
    /// <param name="options">Whether layers are computed again.</param>
    /// <param name="model">The model.</param>
    /// <param name="lora">The adapter that is trained instead; null: the model itself is.</param>
    /// <param name="sequences">Sequences at once.</param>
    /// <param name="tokens">Their length.</param>
    public static MemoryEstimate Training(OptimizerOptions options, ModelSize model, LoraOptions? lora, long sequences, long tokens)
    {
        long trained = lora is null ? model.Parameters : model.Adapter(lora);
        int held = Float + (options.Precision == ComputePrecision.Bf16 ? Narrow : 0);              // masters, and the copies that are computed with
        return new MemoryEstimate
        {
            Runtime = Supervised,
            Weights = held * trained + (lora is null ? 0 : Frozen(model, lora, held)),
            Gradients = held * trained,
            Moments = Float * (2 * trained + Math.Min(trained, OptimizerPiece)),
            Checkpoint = 3 * Float * trained,
            Activations = Activations(options, model, sequences * tokens) + (lora is null ? (model.Tied ? 4L : 2L) * Float * model.Vocabulary * model.Hidden : Dequantized(model, lora)),
        };
    }

    /// <summary>The same with a reference policy and the cache of the rollouts.</summary>
    public static MemoryEstimate Rl(MemoryEstimate training, bool reference, long cache)
    {
        long copy = reference ? training.Gradients : 0;
        return training with { Runtime = Both, Reference = copy, Checkpoint = training.Checkpoint + copy, Cache = cache };
    }

    /// <summary>Keys, values and logits of outputs that are decoded side by side, and one layer of the prompts, which are read together first.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Outputs side by side.</param>
    /// <param name="tokens">Their length, prompts included.</param>
    /// <param name="prompts">Prompts that are read at once.</param>
    /// <param name="promptTokens">Their length.</param>
    public static long Cache(ModelSize model, long rows, long tokens, long prompts, long promptTokens) =>
        Float * (rows * (tokens * model.Cached + 2L * model.Vocabulary) + prompts * promptTokens * model.LargestKept);

    private static long Frozen(ModelSize model, LoraOptions lora, int held)
    {
        long quantized = lora.Quantize is null ? 0 : model.Projections;
        return held * (model.Parameters - quantized) + (long)(QuantizedBits / 8 * quantized);
    }

    private static long Dequantized(ModelSize model, LoraOptions lora) => lora.Quantize is null ? 0 : 2 * Float * model.LargestProjection;

    private static long Activations(OptimizerOptions options, ModelSize model, long tokens)
    {
        long kept = options.ActivationCheckpointing
            ? model.Layers.Count * (long)model.Hidden + model.LargestKept
            : model.Layers.Sum(layer => layer.Kept);
        long backward = model.Layers.Select(layer => layer.OnTheWay).DefaultIfEmpty(0).Max();
        return (long)(Spread * Float * tokens * (kept + backward + 2L * model.Hidden)) + 5 * Float * Math.Min(tokens * model.Vocabulary, LogitsBlock);
    }
}
