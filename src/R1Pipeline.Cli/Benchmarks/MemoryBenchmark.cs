using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Models;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Planning;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary>
/// Each piece of work in a worker of its own, beside what <c>r1 plan</c> estimates for a pipeline that does the same. The copy that a checkpoint is written from is
/// made only where it is asked for, and then counts on both sides.
/// </summary>
/// <param name="folder">Where the random models are written; deleted again.</param>
/// <param name="checkpoints">Whether a checkpoint is copied out.</param>
internal sealed class MemoryBenchmark(string folder, bool checkpoints)
{
    private const string Base = "base", Rows = "rows";
    private const int BytesPerToken = 3;        // of the planner
    private const int PartsOfARow = 16;

    /// <summary>The names of all work.</summary>
    public static IReadOnlyList<string> Works { get; } = [.. MemorySize.All.SelectMany(size => new MemoryBenchmark("", checkpoints: false).WorkOf(size, "")).Select(work => work.Work).Distinct()];

    /// <summary>Measures one size.</summary>
    /// <param name="size">The size.</param>
    /// <param name="works">Names of work that is wanted; empty: all.</param>
    /// <param name="stop">Ends the process that is measured.</param>
    public async IAsyncEnumerable<MemoryFigure> MeasureAsync(MemorySize size, IReadOnlyList<string> works, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        string state = Directory.CreateDirectory(Path.Combine(folder, $"bench-{Guid.NewGuid():N}")).FullName;
        try
        {
            string model = Directory.CreateDirectory(Path.Combine(state, "model")).FullName;
            await File.WriteAllTextAsync(Path.Combine(model, "config.json"), size.Config.ToJsonString(), stop);
            _ = await WorkAsync(new MemoryRequest { Directory = model, Threads = 1, Create = true }, stop);
            foreach (var (work, options, request) in WorkOf(size, model).Where(known => works.Count == 0 || works.Contains(known.Work)))
            {
                long estimate = Estimate(state, model, options, request);
                MemoryFigures figures = await WorkAsync(request, stop);
                yield return new MemoryFigure(size.Name, work, estimate, figures.PeakBytes, figures.PeakBytes - figures.IdleBytes);
            }
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private IEnumerable<(string Work, StageOptions? Options, MemoryRequest Request)> WorkOf(MemorySize size, string model)
    {
        var none = new MemoryRequest { Directory = model, Threads = 1, Checkpoint = checkpoints };
        MemoryRequest row = none with { Tokens = size.RowTokens }, prompt = none with { Tokens = size.PromptTokens };
        SupervisedFineTuningOptions full = size.FineTuning with { MaxTokens = size.RowTokens };
        SupervisedFineTuningOptions again = full with { ActivationCheckpointing = true };
        if (size.IsLong)
        {
            yield return ("generate", Sampled(size), prompt with { Sampling = Sampled(size) });
            yield return ("SFT step, full, recomputed", full, row with { FineTuning = full });
            full = full with { Packing = true };
            yield return ("SFT step, full, recomputed, packed", full, row with { FineTuning = full, Parts = PartsOfARow });
            yield break;
        }

        ReasoningRlOptions rl = size.Rl with { Iterations = 1 };
        yield return ("load", null, none);
        yield return ("generate", Sampled(size), prompt with { Sampling = Sampled(size) });
        foreach (var (what, lora) in new (string, LoraOptions?)[] { ("LoRA", new LoraOptions()), ("QLoRA", new LoraOptions { Quantize = WeightQuantization.Nf4 }), ("full", null) })
        {
            bool quantized = lora?.Quantize is not null;
            if (quantized && !size.Quantized) continue;
            if (quantized) yield return ($"load, {what}", full with { Lora = lora }, none with { Quantize = lora!.Quantize });
            yield return ($"SFT step, {what}", full with { Lora = lora }, row with { FineTuning = full with { Lora = lora } });
            yield return ($"SFT step, {what}, recomputed", again with { Lora = lora }, row with { FineTuning = again with { Lora = lora } });
            yield return ($"GRPO step, {what}", rl with { Lora = lora }, prompt with { Rl = rl with { Lora = lora } });
            ReasoningRlOptions rlAgain = rl with { Lora = lora, ActivationCheckpointing = true };
            if (lora is not null && !quantized) yield return ($"GRPO step, {what}, recomputed", rlAgain, prompt with { Rl = rlAgain });
        }
    }

    private static RejectionSamplingOptions Sampled(MemorySize size) => new() { ShardProblems = size.Rl.Questions, Samples = size.Rl.GroupSize, MaxNewTokens = size.Rl.MaxNewTokens };

    private long Estimate(string state, string model, StageOptions? options, MemoryRequest request)
    {
        string rows = Path.Combine(state, "rows.jsonl");
        File.WriteAllLines(rows, Enumerable.Repeat(new string('x', BytesPerToken * request.Tokens), 64));
        var import = new StageDefinition { Name = Base, Uses = "import-model", Seed = 1, Options = new ImportModelOptions { Path = model } };
        StageDefinition[] stages = options is null
            ? [import]
            : [import, new StageDefinition { Name = "work", Uses = "work", Seed = 1, Inputs = [new StageInput("model", Base, Base)], Data = [Rows], Options = options }];
        var definition = new PipelineDefinition { Name = "bench", Seed = 1, Data = [new DataSourceDefinition { Name = Rows, Path = rows }], Stages = stages };
        MemoryEstimate memory = RunPlanner.MemoryOf(definition, stages[^1].Name);
        bool works = request is not { FineTuning: null, Rl: null, Sampling: null };
        if (!works) return memory.Runtime + memory.Weights + memory.Quantising;
        return memory.Total - memory.Rewards - (checkpoints ? 0 : memory.Checkpoint);          // no rules run in what is measured
    }

    private static Task<MemoryFigures> WorkAsync(MemoryRequest request, CancellationToken stop) =>
        WorkerFigures.MeasureAsync<MemoryFigures>(stop, "--bench-memory", JsonSerializer.Serialize(request, ContractJson.Compact));
}
