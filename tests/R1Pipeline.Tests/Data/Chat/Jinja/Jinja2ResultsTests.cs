using System.Runtime.CompilerServices;
using System.Text.Json;
using R1Pipeline.Data.Chat.Jinja;

namespace R1Pipeline.Tests.Data.Chat.Jinja;

/// <summary>
/// Small templates, one for each corner of the language that chat templates touch, with what Jinja2 3.1.6 (Python 3.13) makes of them: its text, or that it
/// refuses them. <c>jinja2-results.py</c> wrote the file.
/// </summary>
public class Jinja2ResultsTests
{
    [Fact]
    public void Render_EveryCase_GivesJinja2sTextOrAnError()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), "jinja2-results.json")));
        var variables = document.RootElement.GetProperty("variables").EnumerateObject().ToDictionary(variable => variable.Name, variable => PythonJson.Read(variable.Value));
        var wrong = new List<string>();
        int checkedCases = 0;
        foreach (JsonElement testCase in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            checkedCases++;
            string template = testCase.GetProperty("template").GetString()!;
            string? expected = testCase.TryGetProperty("text", out JsonElement text) ? text.GetString() : null;
            string? actual = Render(template, variables, out string? error);
            if (actual != expected) wrong.Add($"{template}\n  expected: {expected ?? "an error"}\n  rendered: {actual ?? error}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(checkedCases > 100);
    }

    private static string? Render(string template, IReadOnlyDictionary<string, object?> variables, out string? error)
    {
        try
        {
            error = null;
            return JinjaTemplate.Parse(template).Render(variables, new DateTime(2025, 1, 2, 3, 4, 5));
        }
        catch (JinjaException e)
        {
            error = e.Message;
            return null;
        }
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
