using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// Memory of a worker from the sizes of its model, as the training core lays it out on the CPU; in bf16 there are copies of weights and gradients at 2 bytes, and activations are taken at 4 all the same. <c>r1 bench memory</c> compares it with what real
/// processes take; <see cref="Spread"/> and the runtime's share come from there.
/// <list type="bullet">
/// <item>Quantised projections of a frozen model take 4.127 bits.</item>
/// <item>A layer keeps for backward, a token: 4 · hidden, 5 · query width, the key-value width, 4 · intermediate values; under activation checkpointing the layer's input
/// alone, and one layer at a time is whole.</item>
/// <item>One layer's gradients on their way: 4 · hidden, 4 · query width, 4 · intermediate values a token.</item>
/// <item>Logits: three blocks of at most 16 Mi values. Gradients of embedding and output on their way, where they are trained: four matrices of vocabulary · hidden.</item>
/// </list>
/// </summary>
internal static class MemoryModel
{
    /// <summary>A worker that computes nothing with tensors.</summary>
    public const long Idle = 165L << 20;

    private const int Float = 4, Narrow = 2;
    private const double QuantizedBits = 4.127;
    private const long Runtime = 200L << 20;
    private const double Spread = 1.4;      // temporaries of the kernels and gaps in the heap, beside the activations themselves
    private const long LogitsBlock = 16L << 20, OptimizerPiece = 16L << 20;

    /// <summary>A model that is read and written.</summary>
    public static MemoryEstimate Importing(ModelSize model) => new() { Runtime = Idle, Weights = Float * model.Parameters };

    /// <summary>A model that is sampled from.</summary>
    public static MemoryEstimate Sampling(ModelSize model, long cache) => new() { Runtime = Runtime, Weights = Float * model.Parameters, Cache = cache };

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
            Runtime = Runtime,
            Weights = held * trained + (lora is null ? 0 : Frozen(model, lora, held)),
            Gradients = held * trained,
            Moments = Float * (2 * trained + Math.Min(trained, OptimizerPiece)),
            Checkpoint = 3 * Float * trained,
            Activations = Activations(options, model, sequences * tokens) + (lora is null ? 4L * Float * model.Vocabulary * model.Hidden : 0),
        };
    }

    /// <summary>The same with a reference policy and the cache of the rollouts.</summary>
    public static MemoryEstimate Rl(MemoryEstimate training, bool reference, long cache)
    {
        long copy = reference ? training.Gradients : 0;
        return training with { Reference = copy, Checkpoint = training.Checkpoint + copy, Cache = cache };
    }

    /// <summary>Keys, values and logits of outputs that are decoded side by side.</summary>
    public static long Cache(ModelSize model, long rows, long tokens) => rows * (tokens * model.Layers * 2 * model.KeyValueWidth + 2L * model.Vocabulary) * Float;

    private static long Frozen(ModelSize model, LoraOptions lora, int held)
    {
        long quantized = lora.Quantize is null ? 0 : model.Projections;
        return held * (model.Parameters - quantized) + (long)(QuantizedBits / 8 * quantized);
    }

    private static long Activations(OptimizerOptions options, ModelSize model, long tokens)
    {
        long layer = 4L * model.Hidden + 5L * model.QueryWidth + model.KeyValueWidth + 4L * model.Intermediate;
        long backward = 4L * (model.Hidden + model.QueryWidth + model.Intermediate);
        long kept = options.ActivationCheckpointing ? model.Layers * (long)model.Hidden + layer : model.Layers * layer;
        return (long)(Spread * Float * tokens * (kept + backward + 2L * model.Hidden)) + 3 * Float * Math.Min(tokens * model.Vocabulary, LogitsBlock);
    }
}
