using System.CommandLine;
using System.Diagnostics;
using R1Pipeline.Cli.Output;
using R1Pipeline.Rewards.Mathematics;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary><c>r1 bench fuzz</c>: random and mutated answers through the mathematics grader; an exception ends it, and the most expensive input is named.</summary>
internal static class FuzzBenchCommand
{
    private const double Limit = 250;
    private const int Repeats = 3;

    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        var inputs = new Option<int>("--inputs") { Description = "Inputs to grade.", DefaultValueFactory = _ => 1_000_000 };
        var seed = new Option<long>("--seed") { Description = "Seed of the inputs.", DefaultValueFactory = _ => 20250122 };
        var command = new Command("fuzz", "Random and mutated answers through the mathematics grader: no exception, none slow.") { inputs, seed, json };
        command.SetAction(parsed => Execute(Terminal.Of(parsed), parsed.GetValue(inputs), parsed.GetValue(seed), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(Terminal terminal, int inputs, long seed, bool json)
    {
        var fuzz = new MathFuzz(seed);
        int correct = 0, maxSteps = 0;
        (double Milliseconds, string Gold, string Prediction) slowest = (0, "", "");
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < inputs; i++)
        {
            (string gold, string prediction) = fuzz.Next();
            long before = Stopwatch.GetTimestamp();
            MathVerdict verdict = MathGrader.Grade(gold, prediction);
            double wall = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
            if (verdict.Correct == true) correct++;
            maxSteps = Math.Max(maxSteps, verdict.Steps);
            if (wall > slowest.Milliseconds && ProcessorTime(gold, prediction) is var own && own > slowest.Milliseconds) slowest = (own, gold, prediction);
        }

        var figure = new FuzzFigure(inputs, correct, maxSteps, MathGrader.MaxSteps, slowest.Milliseconds, Limit, slowest.Gold, slowest.Prediction, Stopwatch.GetElapsedTime(start).TotalSeconds);
        if (json) terminal.PrintJson(figure);
        else
        {
            terminal.Print($"{inputs:N0} inputs without an exception in {figure.Seconds:0} s, {correct:N0} correct");
            terminal.Print($"most work    {maxSteps:N0} steps (limit {MathGrader.MaxSteps:N0})");
            terminal.Print($"slowest      {slowest.Milliseconds:0.0} ms of processor time (limit {Limit:0} ms)");
            terminal.Print($"  gold       {slowest.Gold}");
            terminal.Print($"  prediction {slowest.Prediction}");
        }

        return slowest.Milliseconds <= Limit ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>The least of a few measurements: the first one of an input also pays for compilation, collection and whoever else runs.</summary>
    private static double ProcessorTime(string gold, string prediction)
    {
        double least = double.MaxValue;
        for (int i = 0; i < Repeats; i++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            _ = MathGrader.Grade(gold, prediction);
            least = Math.Min(least, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
        }

        return least;
    }
}
