using System.CommandLine;
using System.Text.Json;
using R1Pipeline.Cli.Output;
using R1Pipeline.Rewards.Grading;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary><c>r1 bench equivalence FILE</c>: the mathematics grader against labelled rows; rows of another project's policy or style are reported apart, by the policy in question.</summary>
internal static class EquivalenceBenchCommand
{
    private const double Limit = 0.98;
    private const string Counted = "counted";

    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        var file = new Argument<string>("FILE") { Description = "JSONL of {id, gold, prediction, expected, targets, options, debatable, policy}." };
        var command = new Command("equivalence", "The mathematics grader against labelled rows, debatable ones apart.") { file, json };
        command.SetAction(parsed => Execute(Terminal.Of(parsed), parsed.GetValue(file)!, parsed.GetValue(json)));
        return command;
    }

    private static int Execute(Terminal terminal, string file, bool json)
    {
        if (!File.Exists(file))
        {
            terminal.Fail($"{file}: there is no such file");
            return ExitCode.WrongInput;
        }

        var groups = new SortedDictionary<string, EquivalenceGroup>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(file))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement row = document.RootElement;
            bool expected = row.GetProperty("expected").GetBoolean();
            bool said = MathRows.Judge(row, out _).Correct == true;
            string name = Name(row);
            EquivalenceGroup group = groups.GetValueOrDefault(name, new EquivalenceGroup(name, 0, 0, 0, 0));
            groups[name] = group with
            {
                NumRows = group.NumRows + 1,
                NumAgreed = group.NumAgreed + (said == expected ? 1 : 0),
                NumAccepted = group.NumAccepted + (said && !expected ? 1 : 0),
                NumRefused = group.NumRefused + (!said && expected ? 1 : 0),
            };
        }

        if (json) terminal.PrintJson(groups.Values);
        else
        {
            terminal.Print($"{"",-36}{"rows",6}{"agreed",8}{"we accept",11}{"we refuse",11}");
            foreach (EquivalenceGroup group in groups.Values) terminal.Print($"{group.Name,-36}{group.NumRows,6}{group.NumAgreed,8}{group.NumAccepted,11}{group.NumRefused,11}");
        }

        return groups.TryGetValue(Counted, out EquivalenceGroup? counted) && (counted.NumAgreed < Limit * counted.NumRows || counted.NumAccepted > 1) ? ExitCode.Failed : ExitCode.Done;
    }

    private static string Name(JsonElement row)
    {
        if (row.TryGetProperty("options", out JsonElement options) && options.TryGetProperty("style", out JsonElement style)) return $"style: {style}";
        if (!row.TryGetProperty("debatable", out JsonElement debatable) || !debatable.GetBoolean()) return Counted;
        return $"debatable: {string.Join(", ", row.GetProperty("policy").EnumerateArray().Select(policy => policy.GetString()))}";
    }
}
