namespace R1Pipeline.Cli.Benchmarks;

/// <summary>What random input costs the grader at most.</summary>
/// <param name="NumInputs">Inputs that were graded; none made it throw.</param>
/// <param name="NumCorrect">How many it called correct.</param>
/// <param name="MaxSteps">Most steps of bounded work that one took.</param>
/// <param name="StepLimit">Steps after which a grade gives up.</param>
/// <param name="SlowestMilliseconds">Processor time of the slowest input.</param>
/// <param name="LimitMilliseconds">What the project promises.</param>
/// <param name="SlowestGold">Gold of the slowest input.</param>
/// <param name="SlowestPrediction">Prediction of the slowest input.</param>
/// <param name="Seconds">What all took.</param>
internal sealed record FuzzFigure(
    int NumInputs, int NumCorrect, int MaxSteps, int StepLimit, double SlowestMilliseconds, double LimitMilliseconds, string SlowestGold, string SlowestPrediction, double Seconds);
