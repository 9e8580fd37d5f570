using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Cli.Output;
using R1Pipeline.Data.Lines;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Grading;
using R1Pipeline.Rewards.Sandboxing;

namespace R1Pipeline.Cli.Commands;

/// <summary><c>r1 grade</c>: runs one reward over a file of any size, line by line; the order stays, bad lines are named and the rest is graded.</summary>
internal static class GradeCommand
{
    public static Command Create() => new("grade", "Run one reward over a JSON Lines file.")
    {
        Create("math", "Compare answers with gold answers.", "{id, gold, prediction, options?, targets?}", "{id, correct, extracted_gold, extracted_prediction, reason}", MathRows.Grade),
        Create("logic", $"Check answers to other tasks: {string.Join(", ", TaskRows.Names)}.", "{id, task, gold, prediction}", "{id, correct, extracted_prediction, reason}", TaskRows.Grade),
        CreateCode(),
        GradeJudgeCommand.Create(),
        Create("format", $"Check the form of outputs: {string.Join(", ", NamedFormats.All)}.", "{id, completion, format}", "{id, ok, value, think, answer, reason}", FormatRows.Grade),
        Create("language", "Measure language consistency by rule LC-1 (en, zh, other), or by identified language with \"by\": \"language\".", "{id, text, target, by?}", "{id, ratio, num_target_words, num_words}", LanguageRows.Grade),
    };

    private static Command CreateCode()
    {
        Option<string?> input = LineFiles.Input("{id, language, completion, setup?, tests, entry_point?, compare?, limits?, total_wall_s?}");
        Option<string?> output = LineFiles.Output("JSONL with {id, outcome, passed, total, tests, wall_ms} a line");
        var parallelism = new Option<int>("--parallelism") { Description = "Tests that run at once (default: one a core).", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N" };
        parallelism.Validators.Add(value =>
        {
            if (value.GetValueOrDefault<int>() is < 1 or > 64) value.AddError("--parallelism is from 1 to 64");
        });
        var sandbox = new Option<string>("--sandbox") { Description = $"How programs are confined: {string.Join(", ", SandboxKinds.Words)}. auto takes the strongest that works and refuses to grade where none does; unsafe runs them unconfined, with limits only.", DefaultValueFactory = _ => SandboxKinds.Auto, HelpName = "KIND" };
        sandbox.AcceptOnlyFromAmong([.. SandboxKinds.Words]);
        var command = new Command("code", "Run programs on their tests in the sandbox: python, cpp, javascript, csharp.") { input, output, parallelism, sandbox };
        command.SetAction(parsed =>
        {
            Terminal terminal = Terminal.Of(parsed);
            using var grader = new CodeGrader(parsed.GetValue(parallelism), SandboxKinds.Parse(parsed.GetValue(sandbox)!));
            if (grader.Kind == SandboxKind.Unsafe) terminal.Say("WARNING: " + SandboxKinds.Warning);

            // Twice as many rows as tests: while the last test of a row runs, those of the next begin. The grader keeps the budget.
            return LineFiles.Answer(terminal, parsed.GetValue(input), parsed.GetValue(output), (reader, writer) => AnsweredLines.RunAsync(reader, 2 * grader.Parallelism,
                row => Task.Factory.StartNew(() => CodeRows.Grade(row, grader), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default), line => AnsweredLines.Write(line, writer)).GetAwaiter().GetResult());
        });
        return command;
    }

    private static Command Create(string name, string description, string row, string grade, Func<JsonElement, JsonObject> answer)
    {
        Option<string?> input = LineFiles.Input(row), output = LineFiles.Output($"JSONL with {grade} a line");
        var command = new Command(name, description) { input, output };
        command.SetAction(parsed => LineFiles.Answer(Terminal.Of(parsed), parsed.GetValue(input), parsed.GetValue(output), (reader, writer) => AnsweredLines.Run(reader, writer, answer)));
        return command;
    }
}
