using System.CommandLine;
using System.Diagnostics;
using R1Pipeline.Cli.Output;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Sandboxing;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary><c>r1 bench sandbox</c>: what one sandboxed Python test costs over a bare <c>python3 -c pass</c>, in the jail alone and in the default chain, and how many a second two cores grade.</summary>
internal static class SandboxBenchCommand
{
    private const int Runs = 31, GradedTests = 60;
    private const double JailLimit = 25, ChainLimit = 60;

    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        var command = new Command("sandbox", "What a sandboxed Python test costs over a bare python3 -c pass, median of 31, and tests a second, two at once.") { json };
        command.SetAction(parsed => Execute(Terminal.Of(parsed), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(Terminal terminal, bool json)
    {
        if (Toolchain.Find("python", out string remedy) is not { } python)
        {
            terminal.Fail($"python3 is not installed: {remedy}");
            return ExitCode.EnvironmentLacks;
        }
        bool within = true, any = false;
        foreach ((SandboxKind kind, bool compiled) in SandboxKinds.Confining.Reverse().SelectMany(kind => new[] { (kind, true), (kind, false) }))
        {
            if (Sandbox.Find(out string problem, kind, compiled) is not { } sandbox)
            {
                terminal.Fail($"{kind.Word()}, {(compiled ? "jail compiled ahead of time" : "jail on the .NET runtime")}: {problem}");
                continue;
            }
            any = true;

            // On the .NET runtime it is only reported.
            double? limit = !compiled ? null : kind == SandboxKind.Jail ? JailLimit : ChainLimit;

            // One unmeasured round first; then bare and sandboxed on the same machine in the same minute.
            _ = Median(sandbox, python.Run[0], 3);
            double bare = Median(null, python.Run[0], Runs), confined = Median(sandbox, python.Run[0], Runs);
            var figure = new SandboxFigure(kind.Word(), sandbox.Compiled, bare, confined, confined - bare, limit, Throughput(kind, compiled));
            within &= limit is null || figure.OverheadMilliseconds <= limit;
            if (json) terminal.PrintJson(figure);
            else terminal.Print($"{figure.Sandbox,-10} +{figure.OverheadMilliseconds:0.0} ms ({(limit is null ? "no limit" : $"limit {limit:0}")}; {confined:0.0} over {bare:0.0} ms bare), {figure.TestsPerSecond:0.0} tests a second, two at once{(compiled ? "" : ", jail on the .NET runtime")}");
        }
        return !any ? ExitCode.EnvironmentLacks : within ? ExitCode.Done : ExitCode.Failed;
    }

    private static double Median(Sandbox? sandbox, string python, int runs) => SandboxTimings.Milliseconds(sandbox, python, runs).Order().ElementAt(runs / 2);

    private static double Throughput(SandboxKind kind, bool compiled)
    {
        using var grader = new CodeGrader(2, kind, compiled);
        OutputComparison tokens = OutputComparison.Named("tokens")!;
        List<CodeTest> tests = [.. Enumerable.Range(0, GradedTests).Select(number => new StreamTest($"{number} 1\n", $"{number + 1}\n"))];
        long start = Stopwatch.GetTimestamp();
        CodeVerdict verdict = grader.Grade(new CodeTask("python", "print(sum(map(int, input().split())))", tests, "", null, tokens, new CodeLimits()));
        return verdict.Outcome == CodeOutcome.Passed ? GradedTests / Stopwatch.GetElapsedTime(start).TotalSeconds : 0;
    }
}
