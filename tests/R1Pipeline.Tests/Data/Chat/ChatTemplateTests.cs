using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Chat;

public class ChatTemplateTests
{
    private static readonly ChatMessage[] Conversation = [new("system", "S"), new("user", "Q1"), new("assistant", "<think>T</think>A1"), new("user", "Q2")];

    // Rendered by Jinja2 3.1 from the Jinja text of each template (add_generation_prompt, eos_token "<eos>").
    [Theory]
    [InlineData("addition", "S<|user|>Q1<|assistant|><think>T</think>A1<eos><|user|>Q2<|assistant|>")]
    [InlineData("chatml", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n<think>T</think>A1<|im_end|>\n<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("llama3", "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nQ1<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n<think>T</think>A1<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nQ2<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData("deepseek-r1", "<｜begin▁of▁sentence｜>S<｜User｜>Q1<｜Assistant｜>A1<｜end▁of▁sentence｜><｜User｜>Q2<｜Assistant｜><think>\n")]
    public void RenderPrompt_Conversation_EqualsItsJinjaText(string name, string expected) => Assert.Equal(expected, ChatTemplate.Named(name).RenderPrompt(Conversation));

    [Fact]
    public void RenderPrompt_R1Zero_IsTableOneOfThePaper() => Assert.Equal(
        "A conversation between User and Assistant. The user asks a question, and the Assistant solves it. The assistant first thinks about the reasoning process in the mind and then provides the user with the answer. "
        + "The reasoning process and answer are enclosed within <think> </think> and <answer> </answer> tags, respectively, i.e., <think> reasoning process here </think> <answer> answer here </answer>. User: What is 1+1?. Assistant:",
        ChatTemplate.Named("r1-zero").RenderPrompt([new ChatMessage("user", "What is 1+1?")]));

    [Fact]
    public void RenderPrompt_R1ZeroConversation_EqualsItsJinjaText() => Assert.EndsWith(
        "answer here </answer>. S User: Q1. Assistant: <think>T</think>A1<eos> User: Q2. Assistant:",
        ChatTemplate.Named("r1-zero").RenderPrompt(Conversation),
        StringComparison.Ordinal);

    [Fact]
    public void RenderPrompt_EveryName_EqualsItsJinjaRendered()
    {
        JsonElement messages = JsonSerializer.SerializeToElement(Conversation.Select(message => new { role = message.Role, content = message.Content }));
        foreach (string name in ChatTemplate.Names)
        {
            ChatTemplate template = ChatTemplate.Named(name);
            ChatRenderer jinja = ChatRenderer.Parse(template.Jinja, new JsonObject { ["eos_token"] = "<eos>" });
            Assert.Equal(jinja.Render(messages, null, addGenerationPrompt: true, null, null), template.RenderPrompt(Conversation));
        }
    }

    [Theory]
    [InlineData("addition", "<think> a </think> <answer> b </answer>", ThinkOwner.Completion)]
    [InlineData("r1-zero", "<think> a </think> <answer> b </answer>", ThinkOwner.Completion)]
    [InlineData("chatml", "<think> a </think> <answer> b </answer>", ThinkOwner.Completion)]
    [InlineData("deepseek-r1", "a\n</think>\n\nb", ThinkOwner.Prompt)]
    public void RenderThinkAnswer_LeavesOutWhatThePromptOwns(string name, string expected, ThinkOwner owner)
    {
        ChatTemplate template = ChatTemplate.Named(name);
        Assert.Equal(expected, template.RenderThinkAnswer(" a", "b\n"));
        Assert.Equal(owner, template.ThinkOwner);
    }

    [Fact]
    public void RenderResponse_EndsWithTheEndOfTurn()
    {
        Assert.Equal("x<eos>", ChatTemplate.Named("addition").RenderResponse("x"));
        Assert.Equal(" x<|endoftext|>", ChatTemplate.Named("r1-zero", "<|endoftext|>").RenderResponse("x"));
        Assert.Equal("x<|im_end|>", ChatTemplate.Named("chatml", "<|endoftext|>").RenderResponse("x"));
    }

    [Fact]
    public void SaveAndLoad_EveryTemplate_IsRecognised()
    {
        foreach (string name in ChatTemplate.Names)
        {
            string folder = Directory.CreateTempSubdirectory("r1-chat-").FullName;
            ITokenizer tokenizer = TokenizerNames.Create("bytes");
            tokenizer.Save(folder);
            ChatTemplate.Named(name).Save(folder);
            Assert.Equal(name, ChatTemplate.Load(folder, tokenizer).Name);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Save_TemplateWithItsOwnEndOfTurn_MakesItTheEndToken()
    {
        string folder = Directory.CreateTempSubdirectory("r1-chat-").FullName;
        BpeTokenizer tokenizer = ByteTokenizer.Create(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], "<|endoftext|>", "<|endoftext|>");
        tokenizer.Save(folder);
        Assert.Throws<StageFailedException>(() => ChatTemplate.Named("chatml").CheckFits(tokenizer));

        ChatTemplate.Named("chatml").Save(folder);
        ITokenizer loaded = TokenizerFolder.Load(folder);
        Assert.Equal("<|im_end|>", loaded.TokenOf(loaded.EosId));
        ChatTemplate.Load(folder, loaded).CheckFits(loaded);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Load_TemplateOfAnotherText_NamesTheOptions()
    {
        string folder = Directory.CreateTempSubdirectory("r1-chat-").FullName;
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), new JsonObject { ["chat_template"] = "{{ messages }}" }.ToJsonString());
        var error = Assert.Throws<StageFailedException>(() => ChatTemplate.Load(folder, TokenizerNames.Create("bytes")));
        Assert.Equal(StageFailureClass.UserData, error.Failure);
        Assert.Contains("chat-template: chatml", error.Message, StringComparison.Ordinal);
        Assert.All(ChatTemplate.Names, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("""{"tool_use": "a", "default": "b"}""", "b")]
    [InlineData("""[{"name": "default", "template": "a"}, {"name": "tool_use", "template": "c"}, {"name": "default", "template": "b"}]""", "b")]
    public void Load_NamedTemplates_TakesTheLastDefault(string templates, string rendered)
    {
        string folder = Directory.CreateTempSubdirectory("r1-chat-").FullName;
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), new JsonObject { ["chat_template"] = JsonNode.Parse(templates) }.ToJsonString());
        Assert.Equal(rendered, ChatRenderer.Load(folder).Render(JsonSerializer.SerializeToElement(Array.Empty<object>()), null, addGenerationPrompt: false, null, null));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void CheckFits_TokenizerWithoutTheTokens_NamesTheToken()
    {
        var error = Assert.Throws<StageFailedException>(() => ChatTemplate.Named("deepseek-r1").CheckFits(TokenizerNames.Create("addition")));
        Assert.Contains("<｜begin▁of▁sentence｜>", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("assistant")]
    [InlineData("tool")]
    public void RenderPrompt_LastMessageNotTheUsers_IsRefused(string role) =>
        Assert.Throws<StageFailedException>(() => ChatTemplate.Named("addition").RenderPrompt([new ChatMessage("user", "a"), new ChatMessage(role, "b")]));

    [Fact]
    public void Named_UnknownName_NamesTheOptions() =>
        Assert.Contains("r1-zero", Assert.Throws<StageFailedException>(() => ChatTemplate.Named("vicuna")).Message, StringComparison.Ordinal);
}
