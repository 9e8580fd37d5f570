using Microsoft.Extensions.AI;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Rewards.Judging;
using R1Pipeline.Stages.Models;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Weights;
using ChatTurn = R1Pipeline.Data.Chat.ChatMessage;

namespace R1Pipeline.Stages.Judging;

/// <summary>
/// A model folder as a chat client: the conversation is rendered by the model's own template and continued by the engine that makes rollouts. Each reply depends on its
/// conversation alone. Computes inside the call, on the thread that opened it and on no other: tensors belong to one thread.
/// </summary>
public sealed class LocalChatClient : IChatClient
{
    private readonly Decoder _decoder;
    private readonly ModelText _text;
    private readonly GenerationEngine _engine;
    private readonly int _thread = Environment.CurrentManagedThreadId;

    private LocalChatClient(Decoder decoder, ModelText text)
    {
        (_decoder, _text) = (decoder, text);
        _engine = new GenerationEngine(decoder, text.StopIds, maxRows: 1);
    }

    /// <summary>Opens a model folder.</summary>
    /// <param name="directory">Configuration, weights, tokenizer, chat template.</param>
    /// <param name="what">How a message names it.</param>
    /// <param name="placement">Where it computes; null: on the host, in fp32.</param>
    /// <exception cref="Contracts.Stages.StageFailedException">UserData: its parts do not fit together.</exception>
    public static LocalChatClient Load(string directory, string what, Placement? placement = null)
    {
        ModelText text = ModelText.Load(directory);
        EntryProbe.Check(text, DecoderConfigFile.Read(directory), what);
        return new LocalChatClient(ModelFolder.Load(directory, trainable: false, placement), text);
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (Environment.CurrentManagedThreadId != _thread) throw new InvalidOperationException("the local judge was asked on another thread than the one that opened it");
        int[] prompt = _text.Sequences.Prompt([.. messages.Select(message => new ChatTurn(message.Role.Value, message.Text))]);
        int context = _decoder.Config.ContextTokens;
        if (prompt.Length >= context) throw new JudgeFailureException($"the judge's prompt has {prompt.Length} tokens and its context is {context}: no room for a reply", isTransient: false);

        var sampling = new SamplingOptions { Temperature = options?.Temperature ?? 0, MaxNewTokens = options?.MaxOutputTokens ?? context };
        GeneratedSequence output = _engine.Generate([new GenerationRequest(prompt, 1, Key: 0)], sampling, new DrawCoordinates(options?.Seed ?? 0, "judge", 0, "judge"))[0];
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, _text.Completion(output.OutputIds)))
        {
            FinishReason = output.Finished ? ChatFinishReason.Stop : ChatFinishReason.Length,
        });
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(true)).ToChatResponseUpdates()) yield return update;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType?.IsInstanceOfType(this) == true ? this : null;

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();
}
