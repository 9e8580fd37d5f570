using R1Pipeline.Contracts.Options;
using R1Pipeline.Rewards.Measuring;
using R1Pipeline.Stages.Models;
using R1Pipeline.Stages.Rows;
using R1Pipeline.Training.Generation;

namespace R1Pipeline.Stages.Measurement;

/// <summary>
/// Samples and grades one task, shard by shard: the one way in which evaluation stages and gates measure.
/// A problem's draws come from (seed, stage, task, problem, sample), so every model answers with the same luck, and shards can be repeated.
/// </summary>
internal sealed class TaskMeasurement(string task, EvaluationTaskOptions options, IReadOnlyList<LedgerRow> problems, int shardSamples, long seed, string stage)
{
    private readonly int _shardProblems = Math.Max(1, shardSamples / options.Samples);

    /// <summary>The task's name.</summary>
    public string Task { get; } = task;

    /// <summary>How many shards the task has.</summary>
    public int NumShards => (problems.Count + _shardProblems - 1) / _shardProblems;

    /// <summary>Rows that an engine for this task decodes side by side.</summary>
    public int MaxRows => Math.Min(_shardProblems, problems.Count) * options.Samples;

    /// <summary>Samples and grades one shard (from 0).</summary>
    /// <param name="model">The measured model.</param>
    /// <param name="engine">Samples from it.</param>
    /// <param name="shard">Number of the shard.</param>
    /// <param name="shownSamples">How many of the task's first problems are kept word by word (their first sample).</param>
    /// <param name="progress">Told of generated tokens.</param>
    public MeasuredShard Measure(LanguageModel model, GenerationEngine engine, int shard, int shownSamples, Action<long> progress)
    {
        int first = shard * _shardProblems;
        int count = Math.Min(_shardProblems, problems.Count - first);
        GenerationRequest[] requests =
        [
            .. Enumerable.Range(first, count).Select(problem =>
                new GenerationRequest(model.Text.Sequences.Prompt(problems[problem].Row), options.Samples, Key: problem)),
        ];
        var sampling = new SamplingOptions { Temperature = options.Temperature, TopP = options.TopP, TopK = options.TopK, MaxNewTokens = options.MaxNewTokens };
        var outputs = engine.Generate(requests, sampling, new DrawCoordinates(seed, stage, 0, $"evaluation/{Task}"), progress);

        var grader = new SampleGrader(model.Text, options.Format, OutputMeter.Shared);
        (LedgerRow Row, int Problem, GeneratedSequence Output)[] asked = [.. outputs.Select(output => (problems[first + output.Request], first + output.Request, output))];
        IReadOnlyList<GradedSample> samples = grader.Grade(asked);
        ShownSample[] shown = [.. asked.Where(one => one.Output.Sample == 0 && one.Problem < shownSamples).Select(one => grader.Show(one.Row, one.Output))];
        return new MeasuredShard { Task = Task, Samples = samples, Shown = shown };
    }

    /// <summary>The task's figures from the samples of all its shards.</summary>
    public TaskFigures Figures(IEnumerable<MeasuredShard> shards) =>
        TaskFigures.Of([.. shards.SelectMany(shard => shard.Samples)], options.Temperature, options.Samples);

    /// <summary>Says that the task's problems were measured, for the account.</summary>
    public void MarkUsed()
    {
        foreach (var problem in problems) problem.Use();
    }
}
