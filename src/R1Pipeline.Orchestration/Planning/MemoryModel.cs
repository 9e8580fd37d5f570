using R1Pipeline.Contracts.Options;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// Memory of a stage from the sizes of its model, as the training core lays it out. On the CPU <c>r1 bench memory</c> compares it with what real processes take;
/// <see cref="Spread"/> and the runtime's share come from there. In bf16 there are copies of weights and gradients at 2 bytes; activations and cache are taken at 2 on a CUDA device and
/// at 4 on the CPU.
/// <list type="bullet">
/// <item>Quantised projections of a frozen model take 4.127 bits, and there is room for the largest matrix, which gate and up are together, to be dequantised into. While the model is
/// loaded, the largest module's stands in fp32, and of a piece of at most 1 Mi of its values the magnitudes, what they come to on the scale, the levels, and those levels shifted, two to a byte.</item>
/// <item>What a layer keeps for backward, and one layer's gradients on their way, stand in <see cref="LayerSize"/>; under activation checkpointing a layer keeps its input alone.</item>
/// <item>Forward and backward have three peaks, of which the largest counts: at the vocabulary, in the layers, at the embedding (<see cref="Activations"/>). Logits are two blocks of at most
/// 16 Mi values: themselves, and what the softmax makes of them.</item>
/// <item>A prompt is read layer by layer: what one of them computes, and what each row of the cache gets of it.</item>
/// <item>The rules' own process: 60 MiB (50 when it has started, the rest when it has graded).</item>
/// </list>
/// </summary>
/// <param name="options">The stage's: where it computes, and in what.</param>
internal sealed class MemoryModel(StageOptions options)
{
    /// <summary>A worker that computes nothing with tensors.</summary>
    public const long Idle = 165L << 20;

    /// <summary>The process of the rules.</summary>
    public const long Rules = 60L << 20;

    private const int Float = 4, Narrow = 2;
    private const double QuantizedBits = 4.127;
    private const long Supervised = 185L << 20, Sampled = 200L << 20, Both = 240L << 20;        // with the code that was compiled and the rows that are held
    private const double Spread = 1.2;      // temporaries of the kernels and gaps in the heap, beside the activations themselves
    private const double SpreadAgain = 1.3; // where layers are computed again: each layer's blocks come and go once more, between those that stay
    private const long QuantisedPiece = 1L << 20;
    private const long LogitsBlock = 16L << 20;
    private const long EndValues = 5;       // hidden states after the embedding, before and after the last norm, those that are labelled, and their gradient

    private readonly string? _device = options.Device is { } device && device.StartsWith("cuda", StringComparison.Ordinal) ? device : null;

    private bool IsNarrow => options.Precision == ComputePrecision.Bf16 || (options.Precision is null && _device is not null);

    private int Held => IsNarrow ? Float + Narrow : Float;          // masters, and the copies that are computed with

    private int Weight => IsNarrow ? Narrow : Float;                // what is not trained has no masters

    private int Computed => IsNarrow && _device is not null ? Narrow : Float;

    /// <summary>A model that is read and written, on the host wherever other stages compute.</summary>
    public static MemoryEstimate Importing(ModelSize model) => new() { Runtime = Idle, Weights = Float * model.Parameters };

    /// <summary>Where the parts of the stage lie.</summary>
    public MemoryEstimate Place(MemoryParts parts)
    {
        if (_device is null) return parts.OnHost();
        var grpo = options as GrpoOptions;
        return parts.OnDevice(_device, Offloads(OffloadedParts.Reference), Offloads(OffloadedParts.RewardModels), Offloads(OffloadedParts.Optimizer));

        bool Offloads(string part) => grpo?.Offloads(part) == true;
    }

    /// <summary>A model that is sampled from.</summary>
    public MemoryParts Sampling(ModelSize model, long cache) => new() { Runtime = Sampled, Held = Held, Frozen = Weight, Weights = Weight * model.Parameters, Cache = cache };

    /// <summary>Training, without a reference.</summary>
    /// <param name="training">Whether layers are computed again.</param>
    /// <param name="model">The model.</param>
    /// <param name="lora">The adapter that is trained instead; null: the model itself is.</param>
    /// <param name="sequences">Sequences at once.</param>
    /// <param name="tokens">Their length.</param>
    public MemoryParts Training(OptimizerOptions training, ModelSize model, LoraOptions? lora, long sequences, long tokens)
    {
        long trained = lora is null ? model.Parameters : model.Adapter(lora), rows = sequences * tokens;
        return new MemoryParts
        {
            Runtime = Supervised,
            Held = Held,
            Frozen = Weight,
            Weights = Held * trained + (lora is null ? 0 : Frozen(model, lora)),
            Quantising = Quantising(model, lora),
            Trained = trained,
            Activations = Activations(training, model, lora, rows),
            Pass = (long)(Spread * Computed * rows * (model.LargestKept + 2L * model.Hidden)) + Logits(model, rows),
        };
    }

    /// <summary>The same with a judge on the local engine, which answers one question after the other.</summary>
    /// <param name="parts">The stage without it.</param>
    /// <param name="judge">The judge.</param>
    /// <param name="tokens">Longest conversation, reply included.</param>
    public MemoryParts Judged(MemoryParts parts, ModelSize judge, long tokens) => parts with { Judge = Weight * judge.Parameters, JudgeCache = Cache(judge, 1, tokens, tokens, 1) };

    /// <summary>The same with a reference policy and the cache of the rollouts.</summary>
    public static MemoryParts Rl(MemoryParts training, bool reference, long cache) => training with { Runtime = Both, HasReference = reference, Cache = cache };

    /// <summary>Keys, values and logits of outputs that are decoded side by side, and one layer of the prompts that are read at once.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Outputs side by side.</param>
    /// <param name="tokens">Their length, prompts included.</param>
    /// <param name="prefill">Tokens of prompts that are read at once.</param>
    /// <param name="samples">Outputs of a prompt.</param>
    public long Cache(ModelSize model, long rows, long tokens, long prefill, long samples) =>
        Computed * rows * tokens * model.Cached + (long)(Spread * Computed * prefill * (model.LargestPassing + model.Hidden + samples * model.LargestCached)) + 2 * Float * rows * model.Vocabulary;

    private static long Dequantized(ModelSize model, LoraOptions? lora) => lora?.Quantize is null ? 0 : 2 * Float * model.LargestProjection;

    private static long Quantising(ModelSize model, LoraOptions? lora) =>
        lora?.Quantize is null ? 0 : Float * model.LargestProjection + 7 * Float * Math.Min(QuantisedPiece, model.LargestProjection) / 2;

    private static long Logits(ModelSize model, long tokens) => 2 * Float * Math.Min(tokens * model.Vocabulary, LogitsBlock);

    private long Frozen(ModelSize model, LoraOptions lora)
    {
        long quantized = lora.Quantize is null ? 0 : model.Projections;
        return Weight * (model.Parameters - quantized) + (long)(QuantizedBits / 8 * quantized);
    }

    private long Activations(OptimizerOptions training, ModelSize model, LoraOptions? lora, long tokens)
    {
        bool again = training.ActivationCheckpointing;
        double spread = again ? SpreadAgain : Spread;
        long inputs = Computed * tokens * model.Layers.Count * model.Hidden;
        long kept = again ? inputs : Computed * tokens * model.Layers.Sum(layer => layer.Kept);

        // The gradient of the output projection, where that is trained. A tied one waits for that of the embedding, and both for their sum.
        long projection = lora is null ? Float * (long)model.Vocabulary * model.Hidden : 0, waiting = model.Tied ? projection : 0;
        long atVocabulary = kept + Computed * tokens * EndValues * model.Hidden + Logits(model, tokens) + projection;
        long inLayers = kept + Computed * tokens * model.Layers.Select(layer => (again ? layer.Kept : 0) + layer.OnTheWay).DefaultIfEmpty(0).Max() + waiting;
        long atEmbedding = (again ? inputs : 0) + projection + 2 * waiting;

        // What the first pass through a layer took is free when the logits come, and too small for them. The second pass takes it.
        long free = again ? Computed * tokens * model.LargestKept : 0;
        return Math.Max((long)(spread * atVocabulary) + free, (long)(spread * Math.Max(inLayers, atEmbedding))) + Dequantized(model, lora);
    }
}
