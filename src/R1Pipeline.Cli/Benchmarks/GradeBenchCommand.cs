using System.CommandLine;
using System.Diagnostics;
using R1Pipeline.Cli.Output;
using R1Pipeline.Rewards.Mathematics;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary><c>r1 bench grade</c>: mathematics grades a second on one core, over answers as training meets them: mostly numbers and fractions in a box, some formulas, some wrong.</summary>
internal static class GradeBenchCommand
{
    private const double Limit = 20_000;
    private const int Rounds = 4_000;
    private const int WarmUpRounds = 400;

    private static readonly (string Gold, string Prediction)[] Typical =
    [
        ("42", @"<think>6 · 7 = 42</think>The answer is $\boxed{42}$."),
        ("42", @"<think>6 · 7 = 41</think>The answer is $\boxed{41}$."),
        ("1024", "<think>2^10</think><answer>1,024</answer>"),
        ("18", "She sells 16 - 3 - 4 = 9 eggs, which makes 9 * 2 = 18 dollars.\nA: 18"),
        (@"\frac{3}{4}", @"Half of it and a quarter are \(\boxed{\dfrac{3}{4}}\)."),
        ("0.5", @"\boxed{\frac12}"),
        (@"3\sqrt{13}", @"\boxed{\sqrt{117}}"),
        (@"\left( 3, \frac{\pi}{2} \right)", @"so the point is $\boxed{(3, \frac{\pi}{2})}$"),
        ("x^2+2x+1", @"\boxed{(x+1)^2}"),
        (@"90^\circ", @"the angle is $\boxed{90^\circ}$"),
        ("-2,1", @"\boxed{1, -2}"),
        (@"(-\infty,3]", @"\boxed{(-\infty, 3]}"),
        (@"\text{(C)}", @"\boxed{C}"),
        ("7", "I do not know."),
        (@"12\pi", @"\boxed{12\pi}"),
        ("1000", @"\boxed{999}"),
    ];

    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        var command = new Command("grade", "Mathematics grades a second on one core, over typical answers.") { json };
        command.SetAction(parsed => Execute(Terminal.Of(parsed), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(Terminal terminal, bool json)
    {
        _ = Grade(WarmUpRounds);
        long start = Stopwatch.GetTimestamp();
        int correct = Grade(Rounds);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int grades = Rounds * Typical.Length;
        var figure = new GradeFigure(grades, correct, seconds, grades / seconds, Limit);
        if (json) terminal.PrintJson(figure);
        else terminal.Print($"{figure.GradesPerSecond:N0} grades a second on one core (limit {Limit:N0}; {grades:N0} grades in {seconds:0.00} s, {correct:N0} correct)");
        return figure.GradesPerSecond >= Limit ? ExitCode.Done : ExitCode.Failed;
    }

    private static int Grade(int rounds)
    {
        int correct = 0;
        for (int round = 0; round < rounds; round++)
        {
            foreach ((string gold, string prediction) in Typical)
            {
                if (MathGrader.Grade(gold, prediction).Correct == true) correct++;
            }
        }

        return correct;
    }
}
