using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat.Jinja;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Data.Chat;

/// <summary>
/// Renders a model's own Jinja template as transformers' <c>apply_chat_template</c> does: the folder's special tokens by their names (<c>bos_token</c>, …),
/// <c>messages</c>, <c>tools</c> and <c>documents</c> (None when there are none), <c>add_generation_prompt</c>, and whatever else the caller gives.
/// </summary>
public sealed class ChatRenderer
{
    private static readonly string[] TokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly JinjaTemplate _template;
    private readonly IReadOnlyDictionary<string, object?> _tokens;

    private ChatRenderer(JinjaTemplate template, IReadOnlyDictionary<string, object?> tokens) => (_template, _tokens) = (template, tokens);

    /// <summary>The template of a model folder, or another one with the folder's special tokens.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="template">A Jinja file or the name of a built-in template; null: the folder's own.</param>
    /// <exception cref="StageFailedException">UserData: there is no template, or it cannot be parsed; the message names the construct and its line.</exception>
    public static ChatRenderer Load(string directory, string? template = null)
    {
        JsonObject config = TokenizerConfigFile.Read(directory) ?? (template is null ? throw Unusable(directory, "has no tokenizer_config.json") : []);
        string jinja = template is not null ? Named(template) : TokenizerConfigFile.ChatTemplate(directory, config) ?? throw Unusable(directory, "has no chat template: neither chat_template.jinja nor chat_template in tokenizer_config.json");
        try
        {
            return Parse(jinja, config);
        }
        catch (JinjaException e)
        {
            throw new StageFailedException(StageFailureClass.UserData, $"the chat template of {template ?? directory}: {e.Message}", e);
        }
    }

    /// <exception cref="JinjaException">The template cannot be parsed.</exception>
    internal static ChatRenderer Parse(string jinja, JsonObject tokenizerConfig)
    {
        var tokens = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (string name in TokenNames)
        {
            if (TokenizerConfigFile.TokenText(tokenizerConfig, name) is { } text) tokens[name] = text;
        }

        if (tokenizerConfig["additional_special_tokens"] is JsonArray list) tokens["additional_special_tokens"] = list.Select(TokenizerConfigFile.TokenText).OfType<object?>().ToList();
        return new ChatRenderer(JinjaTemplate.Parse(jinja), tokens);
    }

    /// <summary>Renders one conversation.</summary>
    /// <param name="messages">A list of messages, each an object with <c>role</c> and what the template reads.</param>
    /// <param name="tools">A list of tools; null or JSON null: none.</param>
    /// <param name="addGenerationPrompt">Whether the assistant's turn is opened at the end.</param>
    /// <param name="variables">An object of further template variables, which hide the special tokens (one that is null takes the token away); null: none.</param>
    /// <param name="now">The time that <c>strftime_now</c> shows; null: the template has no clock, and falls back on what it does without one.</param>
    /// <exception cref="JinjaException">The template refuses the conversation or cannot be rendered.</exception>
    public string Render(JsonElement messages, JsonElement? tools, bool addGenerationPrompt, JsonElement? variables, DateTime? now)
    {
        var all = new Dictionary<string, object?>(_tokens, StringComparer.Ordinal)
        {
            ["messages"] = PythonJson.Read(messages),
            ["tools"] = tools is { } list ? PythonJson.Read(list) : null,
            ["documents"] = null,
            ["add_generation_prompt"] = addGenerationPrompt,
        };
        if (variables is { ValueKind: JsonValueKind.Object } given)
        {
            foreach (JsonProperty variable in given.EnumerateObject())
            {
                // A model without such a token has no variable of that name, rather than one that prints None.
                if (variable.Value.ValueKind == JsonValueKind.Null && TokenNames.Contains(variable.Name)) all.Remove(variable.Name);
                else all[variable.Name] = PythonJson.Read(variable.Value);
            }
        }

        return _template.Render(all, now);
    }

    private static string Named(string template) => File.Exists(template) ? File.ReadAllText(template)
        : ChatTemplate.Names.Contains(template) ? ChatTemplate.Named(template).Jinja
        : throw new StageFailedException(StageFailureClass.UserData, $"there is no file {template}, nor a built-in chat template of that name; there are {string.Join(", ", ChatTemplate.Names)}");

    private static StageFailedException Unusable(string directory, string what) => new(StageFailureClass.UserData, $"the model folder {directory} {what}");
}
