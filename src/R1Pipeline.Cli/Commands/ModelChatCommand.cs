using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Cli.Output;
using R1Pipeline.Data.Chat;
using R1Pipeline.Data.Chat.Jinja;
using R1Pipeline.Data.Lines;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 model chat</c>: conversations to texts with a model folder's chat template. Loads no weights and no libtorch.</summary>
internal static class ModelChatCommand
{
    public static Command Create(Argument<string> folder)
    {
        Option<string?> input = LineFiles.Input("{id, messages, tools?, add_generation_prompt?, variables?}"), output = LineFiles.Output("JSONL with {id, text}, or {id, error} where the template refuses, a line");
        var template = new Option<string?>("--template") { Description = "A Jinja file, or the name of a built-in template, instead of the folder's own.", HelpName = "FILE" };
        var now = new Option<string?>("--now") { Description = "The time that the template sees, as 2025-01-20T09:30:05 (default: now).", HelpName = "TIME" };
        now.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } given && !TryTime(given, out _)) result.AddError($"'{given}' is no time like 2025-01-20T09:30:05.");
        });
        var command = new Command("chat", "Render conversations with a model's chat template.") { folder, input, output, template, now };
        command.SetAction(parsed =>
        {
            ChatRenderer renderer = ChatRenderer.Load(parsed.GetRequiredValue(folder), parsed.GetValue(template));
            if (!TryTime(parsed.GetValue(now), out DateTime time)) time = TimeProvider.System.GetLocalNow().DateTime;
            return LineFiles.Answer(Terminal.Of(parsed), parsed.GetValue(input), parsed.GetValue(output),
                (reader, writer) => AnsweredLines.Run(reader, writer, line => Render(renderer, line, time)));
        });
        return command;
    }

    private static JsonObject Render(ChatRenderer renderer, JsonElement line, DateTime now)
    {
        try
        {
            return new JsonObject { ["text"] = renderer.Render(line.List("messages"), line.Optional("tools"), line.Flag("add_generation_prompt", otherwise: false), line.Optional("variables"), now) };
        }
        catch (JinjaException e)
        {
            return new JsonObject { ["error"] = e.Message };
        }
    }

    private static bool TryTime(string? text, out DateTime time) => DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out time);
}
