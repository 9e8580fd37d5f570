using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat.Jinja;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Data.Chat;

/// <summary>
/// A way to write a conversation as text. Each built-in name stands for one fixed Jinja text, stored as <c>chat_template</c> in
/// <c>tokenizer_config.json</c> so that other software renders the same, and recognised by equality when a folder is loaded. A model's own template of
/// another text is rendered as Jinja.
/// </summary>
public sealed class ChatTemplate
{
    /// <summary>The end token of this product's own tokenizers.</summary>
    public const string DefaultEosToken = "<eos>";

    /// <summary>The name of a model's own template.</summary>
    public const string Own = "own";

    private readonly ChatTemplateText _text;
    private readonly string _eosToken;

    private ChatTemplate(ChatTemplateText text, string eosToken)
    {
        _text = text;
        _eosToken = eosToken;
    }

    /// <summary>Every built-in name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ChatTemplateText.All.Select(text => text.Name)];

    /// <summary>The template's name.</summary>
    public string Name => _text.Name;

    /// <summary>The Jinja text that renders the same.</summary>
    public string Jinja => _text.Jinja;

    /// <summary>Whether <c>&lt;think&gt;</c> belongs to the generation prompt or to the completion.</summary>
    public ThinkOwner ThinkOwner => _text.ThinkOwner;

    /// <summary>Text of the token that ends an assistant's turn.</summary>
    public string EndOfTurn => _text.EndOfTurn ?? _eosToken;

    /// <summary>What stands between the generation prompt and the response: the response's own first character in running text.</summary>
    public string ResponsePrefix => _text.ResponsePrefix;

    /// <summary>The template of that name. <paramref name="eosToken"/> ends the turns of a template that has no end-of-turn token of its own.</summary>
    public static ChatTemplate Named(string name, string eosToken = DefaultEosToken) => new(
        ChatTemplateText.All.FirstOrDefault(text => text.Name == name)
            ?? throw new StageFailedException(StageFailureClass.UserData, $"there is no chat template '{name}'; there are {string.Join(", ", Names)}"),
        eosToken);

    /// <summary>Whether a model folder has a template: a base model may have none.</summary>
    /// <exception cref="StageFailedException">UserData: the file that would hold it cannot be read.</exception>
    public static bool Exists(string modelDirectory) =>
        TokenizerConfigFile.Read(modelDirectory) is { } config && TokenizerConfigFile.ChatTemplate(modelDirectory, config) is not null;

    /// <summary>The template of a model folder. One that cannot be used fails with UserData and says what to do.</summary>
    /// <param name="modelDirectory">The folder.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    public static ChatTemplate Load(string modelDirectory, ITokenizer tokenizer)
    {
        JsonObject config = TokenizerConfigFile.Read(modelDirectory)
            ?? throw Unusable(modelDirectory, "has no tokenizer_config.json");
        string jinja = TokenizerConfigFile.ChatTemplate(modelDirectory, config) ?? throw Unusable(modelDirectory, "has no chat template");
        try
        {
            ChatTemplateText text = ChatTemplateText.All.FirstOrDefault(text => text.Jinja == jinja) ?? OwnTemplate.Describe(jinja, modelDirectory, config, tokenizer);
            return new ChatTemplate(text, TokenizerConfigFile.TokenText(config, "eos_token") ?? DefaultEosToken);
        }
        catch (JinjaException e)
        {
            throw Unusable(modelDirectory, $"has a chat template that cannot be used ({e.Message})");
        }
    }

    /// <summary>
    /// Stores the template in the folder's <c>tokenizer_config.json</c>, which the tokenizer must have written before. A template with an
    /// end-of-turn token of its own makes it the folder's <c>eos_token</c>, so that generation stops where the template ends a turn.
    /// </summary>
    public void Save(string directory)
    {
        JsonObject config = TokenizerConfigFile.Read(directory)
            ?? throw new InvalidOperationException($"{directory} has no tokenizer_config.json: save the tokenizer before the chat template");
        config["chat_template"] = Jinja;
        if (_text.EndOfTurn is { } endOfTurn) config["eos_token"] = endOfTurn;
        TokenizerConfigFile.Write(directory, config);
    }

    /// <summary>The conversation with the generation prompt at its end. Roles other than system (first), user and assistant fail with UserData.</summary>
    public string RenderPrompt(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0 || messages[^1].Role != "user")
            throw new StageFailedException(StageFailureClass.UserData, "a prompt must end with a user message");
        for (int i = 0; i < messages.Count; i++)
        {
            bool known = messages[i].Role is "user" or "assistant" || (messages[i].Role == "system" && i == 0);
            if (!known)
                throw new StageFailedException(StageFailureClass.UserData, $"message {i + 1} of a prompt has role '{messages[i].Role}'; accepted are user and assistant, and system for the first");
        }

        try
        {
            return _text.Render(messages, EndOfTurn);
        }
        catch (JinjaException e)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"the model's chat template refuses a prompt: {e.Message}", e);
        }
    }

    /// <summary>A response as it stands after the generation prompt, with its end of turn.</summary>
    public string RenderResponse(string response) => ResponsePrefix + response + EndOfTurn;

    /// <summary>A response from its two parts, in the form that this template's models write. Where the prompt owns <c>&lt;think&gt;</c> it is left out.</summary>
    public string RenderThinkAnswer(string think, string answer)
    {
        ArgumentNullException.ThrowIfNull(think);
        ArgumentNullException.ThrowIfNull(answer);
        return _text.RenderThinkAnswer(think.Trim(), answer.Trim());
    }

    /// <summary>Entry check of a stage: the template's tokens exist in the tokenizer, and generation stops at the end of a turn. Fails with UserData.</summary>
    public void CheckFits(ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        string? missing = _text.Tokens.FirstOrDefault(token => tokenizer.IdOf(token) is not { } id || !tokenizer.IsSpecial(id));
        if (missing is not null)
            throw new StageFailedException(StageFailureClass.UserData, $"chat template {Name} needs the special token {missing}, which the tokenizer does not have; use another chat-template ({string.Join(", ", Names)}) or a tokenizer with that token");
        if (_text.EndOfTurn is { } endOfTurn && tokenizer.TokenOf(tokenizer.EosId) != endOfTurn)
            throw new StageFailedException(StageFailureClass.UserData, $"chat template {Name} ends a turn with {endOfTurn}, but the tokenizer's eos_token is {tokenizer.TokenOf(tokenizer.EosId)}: generation would not stop; set eos_token in tokenizer_config.json or import the model with chat-template: {Name}");
    }

    private static StageFailedException Unusable(string directory, string what) => new(
        StageFailureClass.UserData,
        $"the model folder {directory} {what}; choose one with `chat-template: chatml` on import-model (accepted: {string.Join(", ", Names)})");
}
