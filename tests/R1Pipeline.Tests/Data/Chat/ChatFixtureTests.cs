using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Chat.Jinja;

namespace R1Pipeline.Tests.Data.Chat;

/// <summary>Published chat templates, rendered here and by Jinja2.</summary>
public class ChatFixtureTests
{
    public static TheoryData<string> Files { get; } = [.. SharedFiles.Names("fixtures/chat", "*.json")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Render_EveryCase_GivesTheReferenceTextOrAnError(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("fixtures/chat/" + file)));
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

        Assert.InRange(checkedCases, 40, int.MaxValue);
    }

    [Fact]
    public void Folder_OfTheTemplates_HoldsNoneThatNoTestRenders()
    {
        _ = SharedFiles.Path("fixtures/chat");
        IEnumerable<string> named = Files.Select(file => JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("fixtures/chat/" + file.Data))).RootElement.GetProperty("template").GetString()!);
        Assert.Equal(named.Order(StringComparer.Ordinal), SharedFiles.Names("fixtures/chat/templates", "*").Select(file => "templates/" + file));
    }
}
