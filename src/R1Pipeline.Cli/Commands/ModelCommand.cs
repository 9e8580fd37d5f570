using System.CommandLine;
using System.Text.Json;
using R1Pipeline.Cli.Models;
using R1Pipeline.Cli.Output;
using R1Pipeline.Contracts.Models;
using R1Pipeline.Orchestration.Reports;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 model</c>: looks into a model folder: configuration, tensors and tokenizer files without loading it, what it computes through the worker.</summary>
internal static class ModelCommand
{
    private const int MaxShownCharacters = 160;

    public static Command Create() => new("model", "Look into a model folder.")
    {
        CreateInspect(),
        ModelTokenizeCommand.Create(Folder()),
        ModelChatCommand.Create(Folder()),
        ModelLogitsCommand.Create(Folder()),
        ModelGenerateCommand.Create(Folder()),
    };

    private static Argument<string> Folder() => new("DIR") { Description = "A Hugging Face model folder, such as an artifact of a run." };

    private static Command CreateInspect()
    {
        Argument<string> folder = Folder();
        Option<bool> json = CommonOptions.Json();
        var tensors = new Option<bool>("--tensors") { Description = "List every tensor." };
        var check = new Option<bool>("--check") { Description = "Also read every weight, the tokenizer and the chat template as a stage would, and say what it would refuse." };
        var command = new Command("inspect", "Show a model's configuration, parameters and files; nothing is loaded.") { folder, tensors, check, json };
        command.SetAction(async parsed =>
        {
            string directory = parsed.GetRequiredValue(folder);
            int shown = Inspect(Terminal.Of(parsed), directory, parsed.GetValue(tensors), parsed.GetValue(json));
            return shown == ExitCode.Done && parsed.GetValue(check) ? await ModelWorker.RunAsync(CheckRequest.Argument, new CheckRequest(directory), input: null) : shown;
        });
        return command;
    }

    private static int Inspect(Terminal terminal, string directory, bool listTensors, bool json)
    {
        ModelSummary? model = ModelSummary.Read(directory, out string? problem);
        if (model is null)
        {
            terminal.Fail(problem!);
            return ExitCode.WrongInput;
        }
        if (json)
        {
            terminal.PrintJson(model);
            return ExitCode.Done;
        }

        var facts = new List<IReadOnlyList<string>>
        {
            new[] { "parameters", model.NumParameters.ToString("N0") },
            new[] { "tensors", $"{model.Tensors.Count} ({string.Join(", ", model.Tensors.GroupBy(tensor => tensor.Type).Select(group => $"{group.Count()} {group.Key}"))})" },
            new[] { "weights", Figures.Bytes(model.WeightBytes) },
            new[] { "files", string.Join(", ", model.Files) },
        };
        facts.AddRange(model.Config.EnumerateObject().Select(IReadOnlyList<string> (value) => [value.Name, Shown(value.Value)]));
        TableView.Print(terminal, new ReportTable(directory, null, ["", "value"], facts), "value");
        if (!listTensors) return ExitCode.Done;

        TableView.Print(terminal, new ReportTable("", null, ["tensor", "type", "shape"],
            [.. model.Tensors.Select(IReadOnlyList<string> (tensor) => [tensor.Name, tensor.Type, $"[{string.Join(", ", tensor.Shape)}]"])]), "type", "shape");
        return ExitCode.Done;
    }

    // One line: a list with an entry a layer says enough with its first.
    private static string Shown(JsonElement value)
    {
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : JsonSerializer.Serialize(value);
        return text.Length <= MaxShownCharacters ? text : text[..MaxShownCharacters] + "…";
    }
}
