using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Grading;
using R1Pipeline.Rewards.Tasks;

namespace R1Pipeline.Rewards.Measuring;

/// <summary>
/// Measures outputs: by the rules in their process, and programs by their tests in the sandbox. A program that is wrong, too slow or too large for its limits is a
/// wrong answer; one that could not be run is a failure.
/// </summary>
/// <param name="process">Where the rules run.</param>
public sealed class OutputMeter(RewardProcess process)
{
    private readonly Lazy<CodeGrader> _grader = new(() => new CodeGrader(Environment.ProcessorCount));

    /// <summary>The one of this process.</summary>
    public static OutputMeter Shared { get; } = new(RewardProcess.Shared);

    /// <summary>Why programs of a language cannot be run here; null: they can.</summary>
    public string? CodeProblem(string language) => _grader.Value.Problem(language);

    /// <summary>Measures outputs.</summary>
    /// <returns>One for each, in the same order.</returns>
    /// <exception cref="InvalidOperationException">The process of the rules cannot be started at all.</exception>
    public IReadOnlyList<MeasuredOutput> Measure(IReadOnlyList<RewardInput> inputs, AnswerFormat format, LanguageRule rule)
    {
        MeasuredOutput[] measured = [.. process.Measure(inputs, format, rule)];
        int[] programs = [.. Enumerable.Range(0, measured.Length).Where(i => inputs[i] is { Task: TaskKinds.Code, Gold: not null } && measured[i].Statistics is not null)];
        Parallel.ForEach(programs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => measured[i] = Tested(inputs[i], measured[i].Statistics!));
        return measured;
    }

    private MeasuredOutput Tested(RewardInput input, OutputStatistics statistics)
    {
        if (CodeGold.Read(input.Gold!) is not { } gold) return new MeasuredOutput(statistics, null);
        CodeVerdict? verdict = RewardOutcome.Ask(() => CodeRows.Read(gold.Row, input.Completion) is { } task ? _grader.Value.Grade(task) : new CodeVerdict(CodeOutcome.CompileError, [], TimeSpan.Zero), out string? error);
        if (verdict is null) return MeasuredOutput.Failed(error!);
        return verdict.Outcome == CodeOutcome.Refused
            ? MeasuredOutput.Failed(verdict.Reason ?? "the sandbox refused the program")
            : new MeasuredOutput(statistics with { Strict = verdict.Outcome == CodeOutcome.Passed }, null);
    }
}
