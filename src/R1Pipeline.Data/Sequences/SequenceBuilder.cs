using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Rows;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Data.Sequences;

/// <summary>
/// Rows to training sequences and generation prompts: the one place where text becomes token ids.
/// Prompt and response are encoded apart, so that the ids of a prompt are those that generation sees. Never cuts a conversation: a row that does not fit is refused with its reason.
/// </summary>
public sealed class SequenceBuilder
{
    /// <summary>Reason of a row that is longer than allowed.</summary>
    public const string TooLong = "too-long";

    /// <summary>Reason of a row without the fields that the stage needs.</summary>
    public const string MissingFields = "missing-fields";

    private readonly ITokenizer _tokenizer;
    private readonly ChatTemplate _template;

    /// <summary>Fails with UserData when the template's tokens are not in the tokenizer or its end of turn is not the end token at which generation stops.</summary>
    public SequenceBuilder(ITokenizer tokenizer, ChatTemplate template)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(template);
        template.CheckFits(tokenizer);
        _tokenizer = tokenizer;
        _template = template;
    }

    /// <summary>Pretraining: text (or prompt and response), the end token, loss from index 1. A longer text is cut into pieces of at most <paramref name="maxTokens"/>.</summary>
    public IReadOnlyList<TrainingSequence> Document(DataRow row, int maxTokens)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 2);
        int[] ids = row.Text is { } text ? [.. _tokenizer.Encode(text), _tokenizer.EosId]
            : row is { Prompt: { } prompt, Response: { } response } ? [.. Prompt(prompt), .. Response(response)]
            : throw new StageFailedException(StageFailureClass.UserData, $"row {row.Key} has neither text nor prompt and response: pretraining needs one of them");
        var pieces = new List<TrainingSequence>((ids.Length / maxTokens) + 1);
        // A last piece of one token is left out: nothing stands before it to predict it from.
        for (int start = 0; start + 1 < ids.Length; start += maxTokens)
            pieces.Add(new TrainingSequence(ids[start..Math.Min(ids.Length, start + maxTokens)], 1, row.Key));
        return pieces;
    }

    /// <summary>Fine-tuning: prompt, response (or think and answer), end token; loss on the response and the end token.</summary>
    public BuiltSequence Conversation(DataRow row, int maxTokens)
    {
        ArgumentNullException.ThrowIfNull(row);
        string? response = row.Response ?? (row is { Think: { } think, Answer: { } answer } ? _template.RenderThinkAnswer(think, answer) : null);
        return row.Prompt is { } prompt && response is not null
            ? Conversation(row.Key, prompt, response, maxTokens)
            : new BuiltSequence(null, MissingFields);
    }

    /// <summary>The same for a response that is not the row's own: a preference pair's sides, a sampled output's final answer.</summary>
    public BuiltSequence Conversation(string rowKey, IReadOnlyList<ChatMessage> prompt, string response, int maxTokens)
    {
        int[] promptIds = Prompt(prompt);
        int[] responseIds = Response(response);
        return promptIds.Length + responseIds.Length > maxTokens
            ? new BuiltSequence(null, TooLong)
            : new BuiltSequence(new TrainingSequence([.. promptIds, .. responseIds], promptIds.Length, rowKey), null);
    }

    /// <summary>Ids of the row's prompt with the generation prompt; a row without a prompt fails with UserData.</summary>
    public int[] Prompt(DataRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Prompt(row.Prompt ?? throw new StageFailedException(StageFailureClass.UserData, $"row {row.Key} has no prompt"));
    }

    /// <summary>Ids of the conversation with the generation prompt.</summary>
    public int[] Prompt(IReadOnlyList<ChatMessage> prompt) => _tokenizer.Encode(_template.RenderPrompt(prompt));

    private int[] Response(string response) => [.. _tokenizer.Encode(_template.ResponsePrefix + response), _tokenizer.EosId];
}
