using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Data.Chat.Jinja;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Data.Chat;

/// <summary>
/// A model's own template, described by what it renders: which token ends a response, and whether the generation prompt opens a chain of thought.
/// The clock is hidden from it: a prompt must not depend on the day on which a stage runs.
/// </summary>
internal static class OwnTemplate
{
    // Shown by no template on its own account.
    private const string Answer = "probe-of-an-answer";

    private const string OpenThink = "<think>";

    /// <exception cref="JinjaException">The template cannot be rendered, or ends a response with none of the model's end tokens.</exception>
    public static ChatTemplateText Describe(string jinja, string directory, JsonObject config, ITokenizer tokenizer)
    {
        ChatRenderer renderer = ChatRenderer.Parse(jinja, config);
        ChatMessage question = new("user", "question");
        string prompt = Render(renderer, [question], addGenerationPrompt: true);
        string turns = Render(renderer, [question, new ChatMessage("assistant", Answer)], addGenerationPrompt: false);
        int answer = turns.LastIndexOf(Answer, StringComparison.Ordinal);
        if (answer < 0) throw new JinjaException($"it does not show what the assistant says; it renders {Shown(turns)}");
        string end = turns[(answer + Answer.Length)..];
        IReadOnlyList<string> ends = EndTexts(directory, config, tokenizer);
        return new ChatTemplateText
        {
            Name = ChatTemplate.Own,
            Jinja = jinja,
            Tokens = [],
            EndOfTurn = ends.Where(token => end.StartsWith(token, StringComparison.Ordinal)).MaxBy(token => token.Length)
                ?? throw new JinjaException($"it ends a response with {Shown(end)}, but generation stops at {string.Join(", ", ends)}: a trained model would never stop; set eos_token in tokenizer_config.json"),
            ThinkOwner = prompt.AsSpan().TrimEnd().EndsWith(OpenThink, StringComparison.Ordinal) ? ThinkOwner.Prompt : ThinkOwner.Completion,
            Render = (messages, _) => Render(renderer, messages, addGenerationPrompt: true),
        };
    }

    /// <summary>The tokens at which generation stops: the tokenizer's end token and those of the model's configuration.</summary>
    private static IReadOnlyList<string> EndTexts(string directory, JsonObject config, ITokenizer tokenizer)
    {
        IEnumerable<string> configured = GenerationConfigFile.EndTokens(directory).Where(tokenizer.IsAdded).Order().Select(tokenizer.TokenOf);
        return [.. new[] { TokenizerConfigFile.TokenText(config, "eos_token") }.OfType<string>().Concat(configured).Where(text => text.Length > 0).Distinct()];
    }

    private static string Render(ChatRenderer renderer, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) =>
        renderer.Render(JsonSerializer.SerializeToElement(messages.Select(message => new { role = message.Role, content = message.Content })), null, addGenerationPrompt, null, now: null);

    private static string Shown(string text) => "'" + (text.Length <= 60 ? text : text[..60] + "…").Replace("\n", "\\n", StringComparison.Ordinal) + "'";
}
