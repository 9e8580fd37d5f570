using System.Text.Json;
using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Chat.Jinja;
using R1Pipeline.Data.Lines;
using R1Pipeline.Data.Tokenizers;
using R1Pipeline.Training.Model;

namespace R1Pipeline.Worker.Models;

/// <summary>
/// Prompts to token ids. A text gets the special tokens that the tokenizer puts before one, unless it begins with them already; as a chat it is the user's
/// message, rendered by the folder's template, which writes them itself.
/// </summary>
internal sealed class PromptReader(GenerateRequest request, ITokenizer? tokenizer)
{
    private readonly ChatRenderer? _chat = request.Chat ? ChatRenderer.Load(request.Model.Directory) : null;

    /// <summary>Ids of a line's <c>input_ids</c> or <c>prompt</c>.</summary>
    /// <exception cref="StageFailedException">UserData: there is neither, or no room for an output.</exception>
    public int[] Ids(JsonElement line, DecoderConfig config) =>
        line.Optional("input_ids") is null ? Ids(line.Text("prompt"), config) : Checked(line.TokenIds("input_ids", config.VocabularySize), config);

    /// <summary>Ids of a text.</summary>
    /// <exception cref="StageFailedException">UserData: there is no tokenizer, or no room for an output.</exception>
    public int[] Ids(string prompt, DecoderConfig config)
    {
        if (tokenizer is null) throw Unusable($"{request.Model.Directory} has no tokenizer.json: input_ids is expected");
        if (_chat is not null) return Checked(tokenizer.Encode(Rendered(prompt)), config);
        int[] ids = tokenizer.Encode(prompt), begin = [.. tokenizer.BeginIds];
        return Checked(ids.AsSpan().StartsWith(begin) ? ids : [.. begin, .. ids], config);
    }

    private string Rendered(string prompt)
    {
        try
        {
            JsonElement messages = JsonSerializer.SerializeToElement(new[] { new { role = "user", content = prompt } });
            return _chat!.Render(messages, null, addGenerationPrompt: true, null, TimeProvider.System.GetLocalNow().DateTime);
        }
        catch (JinjaException e)
        {
            throw Unusable($"the chat template refuses the prompt: {e.Message}");
        }
    }

    private static int[] Checked(int[] ids, DecoderConfig config)
    {
        if (ids.Length == 0) throw Unusable("the prompt has no tokens");
        if (ids.Length >= config.ContextTokens) throw Unusable($"the prompt has {ids.Length} tokens and the model's context is {config.ContextTokens}: no room for an output");
        int unknown = Array.FindIndex(ids, id => id >= config.VocabularySize);
        return unknown < 0 ? ids : throw Unusable($"the tokenizer gives the id {ids[unknown]}, the model's vocabulary has {config.VocabularySize}");
    }

    private static StageFailedException Unusable(string what) => new(StageFailureClass.UserData, what);
}
