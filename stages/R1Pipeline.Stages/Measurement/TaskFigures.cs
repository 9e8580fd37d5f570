using R1Pipeline.Contracts.Stages;

namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// The figures of one model on one task (r1-recipe.md 12): pass@1 is the mean over k samples and over problems, cons@k the majority vote.
/// Refuses a task without problems, and problems with unequal numbers of samples.
/// </summary>
internal sealed record TaskFigures
{
    /// <summary>Sampling temperature.</summary>
    public required double Temperature { get; init; }

    /// <summary>Samples of one problem.</summary>
    public required int K { get; init; }

    /// <summary>Problems measured.</summary>
    public required int NumProblems { get; init; }

    /// <summary>Samples that were graded.</summary>
    public required int NumSamples { get; init; }

    /// <summary>Mean correctness, strict.</summary>
    public required double PassAt1 { get; init; }

    /// <summary>95 % interval of <see cref="PassAt1"/>.</summary>
    public required ConfidenceInterval Interval { get; init; }

    /// <summary>Mean correctness, loose.</summary>
    public required double LoosePassAt1 { get; init; }

    /// <summary>Share of problems with a right output among the k, strict.</summary>
    public required double PassAtK { get; init; }

    /// <summary>The same, loose.</summary>
    public required double LoosePassAtK { get; init; }

    /// <summary>Share of problems whose majority answer is right.</summary>
    public required double ConsAtK { get; init; }

    /// <summary>Share of well-formed outputs.</summary>
    public required double FormatRate { get; init; }

    /// <summary>Share of outputs that mix languages.</summary>
    public required double MixingRate { get; init; }

    /// <summary>Share of outputs with a reflective word.</summary>
    public required double ReflectiveRate { get; init; }

    /// <summary>Mean output length in tokens.</summary>
    public required double MeanTokens { get; init; }

    /// <summary>Samples whose grading failed: they stand in no other figure.</summary>
    public required int NumErrors { get; init; }

    /// <summary>Counts the graded samples of one model and task.</summary>
    /// <exception cref="StageFailedException">UserData: not one sample could be graded.</exception>
    public static TaskFigures Of(IReadOnlyCollection<GradedSample> samples, double temperature, int k)
    {
        var problems = samples
            .GroupBy(sample => sample.Problem)
            .OrderBy(group => group.Key)
            .Select(group => group.OrderBy(sample => sample.Sample).ToArray())
            .ToArray();
        if (problems.Length == 0) throw new ArgumentException("A task without problems has no figures.", nameof(samples));
        if (Array.Find(problems, problem => problem.Length != k) is { } odd)
        {
            throw new ArgumentException($"Problem {odd[0].Problem} has {odd.Length} samples instead of {k}.", nameof(samples));
        }

        int numErrors = samples.Count(sample => sample.Error is not null);
        if (numErrors == samples.Count)
        {
            throw new StageFailedException(
                StageFailureClass.UserData, $"not one of {samples.Count} samples could be graded, the first for: {samples.First().Error}. Repair what grades them and resume.");
        }

        samples = [.. samples.Where(sample => sample.Error is null)];
        problems = [.. problems.Select(problem => problem.Where(sample => sample.Error is null).ToArray()).Where(problem => problem.Length > 0)];
        double[] means = [.. problems.Select(problem => Share(problem, sample => sample.Correct))];
        return new()
        {
            Temperature = temperature,
            K = k,
            NumProblems = problems.Length,
            NumSamples = samples.Count,
            PassAt1 = means.Average(),
            Interval = ConfidenceInterval.Of(means, k),
            LoosePassAt1 = Share(samples, sample => sample.LooseCorrect),
            PassAtK = problems.Average(problem => Measurement.PassAtK.Estimate(problem.Length, problem.Count(sample => sample.Correct), problem.Length)),
            LoosePassAtK = problems.Average(problem => Measurement.PassAtK.Estimate(problem.Length, problem.Count(sample => sample.LooseCorrect), problem.Length)),
            ConsAtK = Share(problems, Consensus.IsCorrect),
            FormatRate = Share(samples, sample => sample.WellFormed),
            MixingRate = Share(samples, sample => sample.Mixed),
            ReflectiveRate = Share(samples, sample => sample.Reflective),
            MeanTokens = samples.Average(sample => sample.Tokens),
            NumErrors = numErrors,
        };
    }

    /// <summary>The names and order of <c>status --json</c>.</summary>
    public IReadOnlyDictionary<string, double> ToMetrics()
    {
        var metrics = Measured();
        if (NumErrors > 0) metrics["num_errors"] = NumErrors;
        return metrics;
    }

    private Dictionary<string, double> Measured() => new()
    {
        ["temperature"] = Temperature,
        ["pass_at_1"] = PassAt1,
        ["ci_low"] = Interval.Low,
        ["ci_high"] = Interval.High,
        ["loose_pass_at_1"] = LoosePassAt1,
        ["k"] = K,
        ["pass_at_k"] = PassAtK,
        ["loose_pass_at_k"] = LoosePassAtK,
        ["cons_at_k"] = ConsAtK,
        ["num_problems"] = NumProblems,
        ["num_samples"] = NumSamples,
        ["format_rate"] = FormatRate,
        ["mixing_rate"] = MixingRate,
        ["reflective_rate"] = ReflectiveRate,
        ["mean_tokens"] = MeanTokens,
    };

    private static double Share<T>(IReadOnlyCollection<T> items, Func<T, bool> holds) => (double)items.Count(holds) / items.Count;
}
