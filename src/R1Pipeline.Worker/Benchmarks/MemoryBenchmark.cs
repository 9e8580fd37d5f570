using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Rewards;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Generation;
using R1Pipeline.Training.Loops;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Rollouts;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Worker.Benchmarks;

/// <summary>
/// One piece of work of <c>r1 bench memory</c> in this process, with the loader, the engine and the loops of the stages; only the tokens are drawn, and no
/// output ends early. What it takes is read from the kernel.
/// </summary>
/// <param name="request">The work.</param>
internal sealed class MemoryBenchmark(MemoryRequest request)
{
    /// <summary>The argument that asks the worker for it.</summary>
    public const string Argument = "--bench-memory";

    private const string Stage = "bench";

    /// <summary>Does the work and writes the figures as JSON.</summary>
    public static void Run(string json, TextWriter output)
    {
        MemoryRequest request = JsonSerializer.Deserialize<MemoryRequest>(json, ContractJson.Compact)!;
        TorchRuntime.Initialize(request.Threads, Environment.GetEnvironmentVariable("R1_LIBTORCH"));
        output.WriteLine(JsonSerializer.Serialize(new MemoryBenchmark(request).Measure(), ContractJson.Compact));
    }

    private MemoryFigures Measure()
    {
        using (Tensor first = zeros(1)) _ = first.add_(1.0f);
        long idle = ResidentSet.Now();
        if (request.Create) Write();
        else Work(new MemoryHost(request.Checkpoint));
        return new MemoryFigures(idle, ResidentSet.Peak());
    }

    private void Write()
    {
        using Decoder model = Decoder.Create(DecoderConfigFile.Read(request.Directory), seed: 1, Stage, new ModelShapeOptions().InitStd);
        ModelFolder.Save(model, request.Directory);
    }

    private void Work(MemoryHost host)
    {
        LoraOptions? lora = request.FineTuning?.Lora ?? request.Rl?.Lora;
        using Decoder model = (lora?.Quantize ?? request.Quantize) is null
            ? ModelFolder.Load(request.Directory, trainable: lora is null && (request.FineTuning ?? (OptimizerOptions?)request.Rl) is not null)
            : ModelFolder.LoadQuantized(request.Directory);
        if (lora is not null) model.Attach(LoraAdapter.Create(model.Config, lora, seed: 1, Stage));

        if (request.FineTuning is { } fineTuning)
        {
            PackedSequence[] rows = [.. Enumerable.Range(0, fineTuning.BatchSize).Select(row =>
                new PackedSequence([.. Ids(model, row).Chunk(request.Tokens / request.Parts).Select(part => new TrainingSequence(part, 1, $"row:{row}"))]))];
            _ = new SftLoop(model, rows, fineTuning, fineTuning.MicroBatch, seed: 1, Stage, host).Run(null);
        }

        if (request.Rl is { } rl)
        {
            RlQuestion[] questions = [.. Enumerable.Range(0, rl.Questions).Select(row => new RlQuestion($"row:{row}", Ids(model, row), row))];
            _ = new GrpoLoop(model, [], rl, rl.MicroBatch, rl.RolloutBatch, new SameQuestions(questions), new EverySecond(), seed: 1, Stage, host).Run(null);
        }

        if (request.Sampling is { } sampling)
        {
            GenerationRequest[] prompts = [.. Enumerable.Range(0, sampling.ShardProblems).Select(row => new GenerationRequest(Ids(model, row), sampling.Samples, row))];
            _ = new GenerationEngine(model, [], sampling.ShardProblems * sampling.Samples).Generate(
                prompts, new SamplingOptions { Temperature = sampling.Temperature, MaxNewTokens = sampling.MaxNewTokens }, new DrawCoordinates(1, Stage, 1, "tokens"));
        }
    }

    private int[] Ids(Decoder model, int row)
    {
        var random = new RandomStream(1, Stage, 0, "tokens", row);
        int[] ids = new int[request.Tokens];
        foreach (ref int id in ids.AsSpan()) id = 1 + random.NextInt(model.Config.VocabularySize - 1);
        return ids;
    }

    private sealed class SameQuestions(IReadOnlyList<RlQuestion> questions) : IQuestionSource
    {
        public IReadOnlyList<RlQuestion> Draw(long iteration) => questions;
    }

    // Every group has a spread, so that every output has an advantage.
    private sealed class EverySecond : IRolloutScorer
    {
        public IReadOnlyList<RewardBreakdown> Score(IReadOnlyList<RolloutGroup> groups) =>
            [.. groups.SelectMany(group => group.Rollouts.Select((_, sample) => new RewardBreakdown(sample % 2, new Dictionary<string, double> { ["accuracy"] = sample % 2 })))];
    }
}
