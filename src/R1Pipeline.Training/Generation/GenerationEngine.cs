using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Generation;

/// <summary>
/// Samples outputs for many prompts at once: one engine for rollouts, rejection sampling and evaluation. A prompt is read once for all of its samples,
/// rows that end make room for waiting ones, live rows stay packed. Token ids are the truth; it knows nothing of text, rewards or templates.
/// Every token is drawn from its own counter (<see cref="DrawCoordinates"/>), so outputs do not depend on <c>maxRows</c> or on each other
/// beyond the rounding of the logits. Owns no weights; not for two threads at once.
/// </summary>
/// <param name="model">The policy.</param>
/// <param name="stopIds">The tokens each of which ends an output; none: only the limit ends it.</param>
/// <param name="maxRows">Outputs that are decoded side by side: bounds the key-value cache.</param>
/// <param name="prefillTokens">Tokens of prompts, padding included, that are read at once: bounds their activations. A longer prompt is read alone. Null: <see cref="PrefillBudget.DefaultTokens"/>.</param>
public sealed class GenerationEngine(Decoder model, IReadOnlyCollection<int> stopIds, int maxRows, int? prefillTokens = null)
{
    private readonly int[] _stopIds = [.. stopIds];

    /// <summary>An engine whose outputs end with one token.</summary>
    public GenerationEngine(Decoder model, int eosId, int maxRows)
        : this(model, [eosId], maxRows)
    {
    }

    /// <summary>Samples every request's outputs.</summary>
    /// <param name="requests">Prompts, in any order.</param>
    /// <param name="sampling">How tokens are drawn. An output that reaches the model's context ends there, unfinished, like one that reaches the limit.</param>
    /// <param name="draws">What the random draws are for.</param>
    /// <param name="progress">Told the number of tokens after every step.</param>
    /// <param name="heard">Told every token as it is drawn: the text of a single output while it grows.</param>
    /// <returns>All outputs, request after request and within a request by sample number.</returns>
    /// <exception cref="StageFailedException">UserData: a prompt is empty or leaves no room in the model's context. NumericGuard: the logits are not finite.
    /// OutOfMemory: the cache or a step of so many rows does not fit into memory.</exception>
    public IReadOnlyList<GeneratedSequence> Generate(
        IReadOnlyList<GenerationRequest> requests, SamplingOptions sampling, DrawCoordinates draws, Action<long>? progress = null, Action<int>? heard = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        for (int i = 0; i < requests.Count; i++) Check(i, requests[i]);
        int numOutputs = requests.Sum(request => request.NumSamples);
        if (numOutputs == 0) return [];

        int longest = requests.Max(request => request.PromptIds.Length);
        int maxTokens = (int)Math.Min(model.Config.ContextTokens, (long)longest + sampling.MaxNewTokens);
        return MemoryGuard.Run(() =>
        {
            using IDisposable frozen = no_grad();
            using KeyValueCache cache = model.NewCache(Math.Min(maxRows, numOutputs), maxTokens);
            return new GenerationRun(model, cache, _stopIds, requests, sampling, draws, prefillTokens ?? PrefillBudget.DefaultTokens, progress, heard).ToEnd();
        });
    }

    private void Check(int index, GenerationRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request.NumSamples);
        int length = request.PromptIds.Length;
        if (length == 0) throw new StageFailedException(StageFailureClass.UserData, $"generation: prompt {index} has no tokens");
        if (length >= model.Config.ContextTokens)
        {
            throw new StageFailedException(StageFailureClass.UserData,
                $"generation: prompt {index} has {length} tokens and the model's context is {model.Config.ContextTokens}: no room for an output; shorten the prompts");
        }
    }
}
