using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Tokenizers;

namespace R1Pipeline.Tests.Data.Chat;

/// <summary>A model's own template, as a stage uses it: what ends a response, who opens the chain of thought, and what is refused.</summary>
public sealed class OwnTemplateTests : IDisposable
{
    private const string Turns = "{%- for m in messages %}\n{{- '[' + m.role + ']' + m.content + '<turn>\\n' }}\n{%- endfor %}\n{%- if add_generation_prompt %}{{- '[assistant]' }}{% endif %}";

    private readonly string _folder = Directory.CreateTempSubdirectory("r1-own-template-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("qwen2-tied", "<|im_end|>", ThinkOwner.Completion)]
    [InlineData("llama3", "<|eot_id|>", ThinkOwner.Completion)]
    [InlineData("deepseek-v3", "<｜end▁of▁sentence｜>", ThinkOwner.Prompt)]
    public void Load_PublishedTemplate_SaysWhatEndsATurnAndWhoThinks(string model, string end, ThinkOwner owner)
    {
        string folder = SharedFiles.Path("fixtures/models/" + model);
        ITokenizer tokenizer = TokenizerFolder.Load(folder);
        ChatTemplate template = ChatTemplate.Load(folder, tokenizer);
        template.CheckFits(tokenizer);
        Assert.Equal((ChatTemplate.Own, end, owner), (template.Name, template.EndOfTurn, template.ThinkOwner));
        Assert.Equal(owner == ThinkOwner.Prompt, template.RenderPrompt([new ChatMessage("user", "Hi")]).EndsWith("<think>\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("qwen2_5", "<|endoftext|>", "<|im_end|>", ThinkOwner.Completion)]
    [InlineData("qwen3", "<|endoftext|>", "<|im_end|>", ThinkOwner.Completion)]
    [InlineData("llama3", "<|end_of_text|>", "<|eot_id|>", ThinkOwner.Completion)]
    [InlineData("llama3_1", "<|end_of_text|>", "<|eot_id|>", ThinkOwner.Completion)]
    [InlineData("llama3_2", "<|end_of_text|>", "<|eot_id|>", ThinkOwner.Completion)]
    [InlineData("deepseek_r1", "<|end_of_text|>", "<｜end▁of▁sentence｜>", ThinkOwner.Prompt)]
    public void Load_PublishedTemplateInAnyFile_EndsItsTurnsWhereAnEndTokenOfTheModelDoes(string family, string ofATextAlone, string ofATurn, ThinkOwner owner)
    {
        string jinja = File.ReadAllText(SharedFiles.Path($"fixtures/chat/templates/{family}.jinja"));
        ChatTemplate inTheConfig = Load(jinja, eos: ofATurn, ofATextAlone, ofATurn), inAFile = Load("of no use", eos: ofATurn, ofATextAlone, ofATurn, file: jinja);
        Assert.All([inTheConfig, inAFile], template => Assert.Equal((ChatTemplate.Own, jinja, ofATurn, owner), (template.Name, template.Jinja, template.EndOfTurn, template.ThinkOwner)));
        inAFile.CheckFits(TokenizerFolder.Load(_folder));
    }

    [Fact]
    public void Load_BaseModelWhoseTokenizerEndsAtTheTextOnly_SaysWhichOptionHelps()
    {
        string jinja = File.ReadAllText(SharedFiles.Path("fixtures/chat/templates/qwen2_5.jinja"));
        var error = Assert.Throws<StageFailedException>(() => Load(jinja, eos: "<|endoftext|>", "<|endoftext|>", "<|im_end|>"));
        Assert.Contains("<|im_end|>", error.Message, StringComparison.Ordinal);
        Assert.Contains("`chat-template: chatml` on import-model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OwnTemplate_RendersItsJinja()
    {
        ChatTemplate template = Load(Turns, eos: "<turn>");
        Assert.Equal("[system]S<turn>\n[user]Q<turn>\n[assistant]", template.RenderPrompt([new ChatMessage("system", "S"), new ChatMessage("user", "Q")]));
        Assert.Equal("A<turn>", template.RenderResponse("A"));
    }

    [Fact]
    public void Load_SeveralEndTokens_TakesTheOneThatEndsATurn()
    {
        File.WriteAllText(Path.Combine(_folder, "generation_config.json"), """{"eos_token_id":[0,1]}""");
        ChatTemplate template = Load(Turns, eos: "<text>");
        Assert.Equal("<turn>", template.EndOfTurn);
        Assert.Throws<StageFailedException>(() => template.CheckFits(TokenizerFolder.Load(_folder)));

        template.Save(_folder);
        ITokenizer tokenizer = TokenizerFolder.Load(_folder);
        Assert.Equal("<turn>", tokenizer.TokenOf(tokenizer.EosId));
        ChatTemplate.Load(_folder, tokenizer).CheckFits(tokenizer);
    }

    [Theory]
    [InlineData(Turns, "<turn>\\n")]
    [InlineData("{{ messages[0].content }}", "does not show what the assistant says")]
    [InlineData("{% for m in messages %}", "not closed")]
    [InlineData("{{ raise_exception('no') }}", "no")]
    public void Load_TemplateThatCannotBeTrained_NamesTheReasonAndTheOptions(string jinja, string reason)
    {
        var error = Assert.Throws<StageFailedException>(() => Load(jinja, eos: "<text>"));
        Assert.Equal(StageFailureClass.UserData, error.Failure);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.All(ChatTemplate.Names, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void RenderPrompt_TemplateThatRefusesARole_IsUserData()
    {
        ChatTemplate template = Load("{% if messages[0].role == 'system' %}{{ raise_exception('no system here') }}{% endif %}" + Turns, eos: "<turn>");
        var error = Assert.Throws<StageFailedException>(() => template.RenderPrompt([new ChatMessage("system", "S"), new ChatMessage("user", "Q")]));
        Assert.Equal(StageFailureClass.UserData, error.Failure);
        Assert.Contains("no system here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RenderPrompt_TemplateThatLooksAtTheClock_SeesNone() =>
        Assert.StartsWith("fixed", Load("{% if strftime_now is defined %}{{ strftime_now('%Y') }}{% else %}fixed{% endif %}" + Turns, eos: "<turn>").RenderPrompt([new ChatMessage("user", "Q")]), StringComparison.Ordinal);

    private ChatTemplate Load(string jinja, string eos, string text = "<text>", string turn = "<turn>", string? file = null)
    {
        ByteTokenizer.Create([text, turn], eos, text).Save(_folder);
        string path = Path.Combine(_folder, "tokenizer_config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["bos_token"] = text;
        config["chat_template"] = jinja;
        File.WriteAllText(path, config.ToJsonString());
        if (file is not null) File.WriteAllText(Path.Combine(_folder, "chat_template.jinja"), file);
        return ChatTemplate.Load(_folder, TokenizerFolder.Load(_folder));
    }
}
