using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Cli.Output;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Grading;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary><c>r1 bench code FOLDER</c>: the code grader on HumanEval, MBPP, labelled solutions, other projects' cases and hostile programs, two tests at once.</summary>
internal static class CodeBenchCommand
{
    private const int AtOnce = 2;
    private static readonly string[] Files = ["humaneval.jsonl", "mbpp.jsonl", "stdin_problems.jsonl", "stdin_labelled_solutions.jsonl", "third_party_exec_cases.jsonl", "hostile_cases.jsonl"];

    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        var folder = new Argument<string>("FOLDER") { Description = $"Folder with {string.Join(", ", Files)}." };
        var command = new Command("code", "The code grader on published references, labelled solutions and hostile programs, two tests at once.") { folder, json };
        command.SetAction(parsed => Execute(Terminal.Of(parsed), parsed.GetValue(folder)!, parsed.GetValue(json)));
        return command;
    }

    private static int Execute(Terminal terminal, string folder, bool json)
    {
        if (Files.FirstOrDefault(file => !File.Exists(Path.Combine(folder, file))) is { } missing)
        {
            terminal.Fail($"{Path.Combine(folder, missing)}: there is no such file");
            return ExitCode.WrongInput;
        }
        string canaries = Directory.CreateTempSubdirectory("r1-canary-").FullName, canary = Path.Combine(canaries, "canary");
        try
        {
            File.WriteAllText(canary, "untouched");
            using var grader = new CodeGrader(AtOnce);
            (string Name, IEnumerable<CodeCase> Cases)[] sets =
            [
                ("HumanEval references", CodeCases.HumanEval(folder, empty: false)), ("HumanEval, nothing returned", CodeCases.HumanEval(folder, empty: true)), ("MBPP references", CodeCases.Mbpp(folder)),
                ("labelled solutions", CodeCases.Labelled(folder)), ("other projects' cases", CodeCases.ThirdParty(folder)), ("hostile programs", CodeCases.Hostile(folder, canary, port: 9)),
            ];
            bool right = true;
            if (!json) terminal.Print($"{"",-30}{"rows",6}{"right",7}{"tests",7}{"per s",9}");
            foreach ((string name, IEnumerable<CodeCase> cases) in sets)
            {
                CodeFigure figure = Measure(name, [.. cases], grader);
                right &= figure.NumRight == figure.NumRows;
                if (json) terminal.PrintJson(figure);
                else terminal.Print($"{figure.Cases,-30}{figure.NumRows,6}{figure.NumRight,7}{figure.NumTests,7}{figure.NumTests / figure.Seconds,9:0.0}");
                foreach (string wrong in figure.Wrong) terminal.Say(wrong);
            }
            if (File.ReadAllText(canary) != "untouched" || Directory.GetFileSystemEntries(canaries).Length != 1)
            {
                terminal.Fail($"a hostile program reached {canaries}");
                right = false;
            }
            return right ? ExitCode.Done : ExitCode.Failed;
        }
        finally
        {
            Directory.Delete(canaries, recursive: true);
        }
    }

    private static CodeFigure Measure(string name, CodeCase[] cases, CodeGrader grader)
    {
        long start = Stopwatch.GetTimestamp();
        var grades = new JsonObject[cases.Length];
        Parallel.For(0, cases.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 * AtOnce }, index => grades[index] = CodeRows.Grade(JsonSerializer.SerializeToElement(cases[index].Row), grader));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string[] wrong = [.. cases.Zip(grades).Select(pair => pair.First.Complaint(pair.Second) is { } complaint ? $"{pair.First.Id}: {complaint}; {pair.Second.ToJsonString()}" : null).OfType<string>()];
        return new CodeFigure(name, cases.Length, cases.Length - wrong.Length, grades.Sum(grade => grade["tests"]!.AsArray().Count), seconds, wrong);
    }
}
