using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Chat.Jinja;

namespace R1Pipeline.Tests.Data.Chat;

/// <summary>Published chat templates, rendered here and by Jinja2.</summary>
public class ChatFixtureTests
{
    [Theory]
    [InlineData("qwen2_5", 44)]
    [InlineData("qwen3", 50)]
    [InlineData("llama3", 44)]
    [InlineData("llama3_1", 64)]
    [InlineData("llama3_2", 64)]
    [InlineData("deepseek_r1", 44)]
    public void Render_EveryCase_GivesTheReferenceTextOrAnError(string family, int numCases)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path($"fixtures/chat/{family}.json")));
        JsonElement root = document.RootElement;
        string template = File.ReadAllText(SharedFiles.Path("fixtures/chat/" + root.GetProperty("template").GetString()));
        var tokens = new JsonObject { ["bos_token"] = root.GetProperty("bos_token").GetString(), ["eos_token"] = root.GetProperty("eos_token").GetString() };
        DateTime now = DateTime.Parse(root.GetProperty("now").GetString()!, CultureInfo.InvariantCulture);
        ChatRenderer renderer = ChatRenderer.Parse(template, tokens);

        int checkedCases = 0;
        foreach (JsonElement testCase in root.GetProperty("cases").EnumerateArray())
        {
            checkedCases++;
            string Render() => renderer.Render(testCase.GetProperty("messages"), testCase.GetProperty("tools"), testCase.GetProperty("add_generation_prompt").GetBoolean(), testCase.GetProperty("variables"), now);
            if (testCase.TryGetProperty("error", out _)) Assert.Throws<JinjaException>(Render);
            else Assert.Equal(testCase.GetProperty("text").GetString(), Render());
        }

        Assert.Equal(numCases, checkedCases);
    }
}
