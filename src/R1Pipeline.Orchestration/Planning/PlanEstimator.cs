using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// Estimates what stages would take, from nothing but the definition and the sizes of files. Simple on purpose:
/// <list type="bullet">
/// <item>tokens of a file: bytes / 3; of a generated addition row: 50 (quickstart.md 3). Samples are counted at their longest (<c>max-new-tokens</c>), so RL, sampling and evaluation are upper bounds.</item>
/// <item>memory: <see cref="MemoryModel"/>, at the longest row (of a question: its bytes / 3 and <c>max-new-tokens</c>). A tokenizer of few tokens may make one of every byte: its rows are counted
/// at <c>max-tokens</c> or the whole context, and so are packed ones.</item>
/// <item>disk: (<c>keep-checkpoints</c> + 1, and what <c>keep-best</c> and <c>keep-every</c> keep) checkpoints of 12 bytes a parameter (16 with a reference), the output at 4, rollouts at 24 bytes a token.</item>
/// </list>
/// A dataset that a stage will make is taken at its largest. Nothing here is measured.
/// </summary>
internal sealed class PlanEstimator(PipelineDefinition definition)
{
    private const int AdditionRowTokens = 50, LongestAdditionRow = 128, BytesPerToken = 3, FewTokens = 1024, RolloutTokenBytes = 24, AdditionVocabulary = 111, ByteVocabulary = 264;
    private const string RewardModels = "reward-models";

    private readonly Dictionary<string, StageEstimate> _known = [];
    private readonly Dictionary<string, DataSize> _sources = [];

    /// <summary>What the stage would take if it trained an adapter (<see cref="LoraOptions"/>'s defaults) instead; null: it cannot, or does already.</summary>
    public MemoryEstimate? WithAdapter(string name) => With(name, stage => stage.Options switch
    {
        SupervisedFineTuningOptions { Lora: null } tuning => tuning with { Lora = new LoraOptions() },
        RewardModelingOptions { Lora: null } pairs => pairs with { Lora = new LoraOptions() },
        GrpoOptions { Lora: null } grpo => grpo with { Lora = new LoraOptions() },
        _ => null,
    });

    /// <summary>What an RL stage would take with these parts offloaded; null: no other stage can.</summary>
    public MemoryEstimate? WithOffload(string name, IReadOnlyList<string> offload) => With(name, stage => stage.Options is GrpoOptions grpo ? grpo with { Offload = offload } : null);

    /// <summary>The estimate of a stage. Stages before it are estimated first.</summary>
    public StageEstimate Of(string name)
    {
        if (_known.TryGetValue(name, out var known)) return known;
        var stage = definition.Stages.First(stage => stage.Name == name);
        var inputs = stage.Inputs.Select(input => (input.Role, Estimate: Of(input.Stage))).ToList();
        ModelSize[] ModelsOf(string role) => [.. inputs.Where(input => input.Role == role).Select(input => input.Estimate.Model)];
        var model = inputs.Where(input => input.Role is "model" or "models").Select(input => input.Estimate.Model).DefaultIfEmpty(ModelSize.Unknown).MaxBy(size => size.Parameters)!;
        var data = stage.Data.Select(SizeOf).ToList();
        var (rows, tokens) = (data.Sum(size => size.Rows), data.Sum(size => size.Tokens));
        var (prompt, row) = (data.Select(size => size.LongestPrompt).DefaultIfEmpty(0).Max(), data.Select(size => size.LongestRow).DefaultIfEmpty(0).Max());
        return _known[name] = stage.Options switch
        {
            ImportModelOptions import => Import(ModelSize.OfFolder(import.Path)),
            TrainTokenizerOptions => new StageEstimate(1, tokens, new MemoryEstimate { Runtime = MemoryModel.Idle }, 1 << 20, ModelSize.Unknown, DataSize.None),
            PretrainingOptions pretraining => Supervised(pretraining, stage, NewModel(pretraining, stage), rows, tokens, row),
            SupervisedOptions supervised => Supervised(supervised, stage, model, rows, tokens, row),
            RewardModelingOptions pairs => Pairs(pairs, stage, model, rows, tokens, row),
            GrpoOptions grpo => Grpo(grpo, model, ModelsOf(RewardModels), ModelsOf(StageCatalog.JudgeRole), prompt),
            RejectionSamplingOptions sampling => Sampling(sampling, model, ModelsOf(StageCatalog.JudgeRole), rows, prompt),
            EvaluationOptions evaluation => Evaluation(evaluation, stage, model, inputs.Count(input => input.Role == "models")),
            _ => throw new InvalidOperationException($"no estimate for options {stage.Options.GetType().Name}"),
        };
    }

    private static StageEstimate Import(ModelSize model) =>
        new(0, 0, MemoryModel.Importing(model), 4 * model.Parameters, model, DataSize.None);

    private static StageEstimate Supervised(SupervisedOptions options, StageDefinition stage, ModelSize model, long rows, long tokens, long longest)
    {
        long length = RowTokens(options.MaxTokens, model, options.Packing ? long.MaxValue : longest);
        long pieces = Ceiling(tokens, length);
        long sequences = options.Packing ? pieces : options is PretrainingOptions ? Math.Max(rows, pieces) : rows;
        return Training(options, stage, model, options.Epochs * Ceiling(sequences, options.BatchSize), options.Epochs * tokens, length, options.BatchSize);
    }

    private static StageEstimate Pairs(RewardModelingOptions options, StageDefinition stage, ModelSize model, long rows, long tokens, long longest) =>
        Training(options, stage, model, options.Epochs * Ceiling(Math.Max(0, rows - options.HeldOutPairs), options.BatchSize), options.Epochs * tokens,
            RowTokens(options.MaxTokens, model, longest), (RewardModelingOptions.IsPointwise(options) ? 1 : 2) * options.BatchSize);

    private static StageEstimate Training(OptimizerOptions options, StageDefinition stage, ModelSize model, long steps, long tokens, long length, int batch)
    {
        LoraOptions? lora = options switch { SupervisedFineTuningOptions tuning => tuning.Lora, RewardModelingOptions pairs => pairs.Lora, _ => null };
        var sizes = new MemoryModel(options);
        MemoryParts parts = sizes.Training(options, model, lora, Math.Min(batch, MicroBatchLimits.Current(options, null) ?? batch), length);
        MemoryEstimate memory = sizes.Place(parts with { Rules = stage.Gates.Count > 0 ? MemoryModel.Rules : 0 });
        return new StageEstimate(steps, tokens, memory, Checkpoints(options, steps, memory.Checkpoint) + 4 * model.Parameters, model, DataSize.None);
    }

    private static StageEstimate Grpo(GrpoOptions options, ModelSize model, ModelSize[] rewardModels, ModelSize[] judges, long longestPrompt)
    {
        long outputs = (long)options.Questions * options.GroupSize, context = Math.Max(1, model.ContextTokens);
        long length = Math.Min(options.MaxNewTokens, context), whole = Math.Min(longestPrompt + options.MaxNewTokens, context);
        long tokens = options.Iterations * outputs * length;
        long steps = (long)options.Iterations * options.Minibatches;
        var sizes = new MemoryModel(options);
        MemoryParts training = sizes.Training(options, model, options.Lora, MicroBatchLimits.Current(options, null) ?? 1, whole);
        long rows = Math.Min(options.RolloutBatch ?? outputs, outputs);
        long cache = sizes.Cache(model, rows, whole, PrefillBudget.Of(options.MaxPrefillTokens, Ceiling(rows, options.GroupSize), Math.Min(longestPrompt, context)), Math.Min(rows, options.GroupSize));
        MemoryParts parts = MemoryModel.Rl(training, options.KlWeight > 0 || options.MaxKl is not null, cache) with { RewardModels = [.. rewardModels.Select(size => size.Parameters)], Rules = MemoryModel.Rules };
        MemoryEstimate memory = sizes.Place(Judged(sizes, parts, (options as AllScenarioRlOptions)?.Judge, judges, whole));
        long disk = Checkpoints(options, steps, memory.Checkpoint) + 4 * model.Parameters + RolloutTokenBytes * tokens;
        return new StageEstimate(steps, tokens, memory, disk, model, DataSize.None);
    }

    private static StageEstimate Sampling(RejectionSamplingOptions options, ModelSize model, ModelSize[] judges, long rows, long longestPrompt)
    {
        long problems = Math.Min(options.Problems ?? rows, rows);
        int length = Math.Min(options.MaxNewTokens, Math.Max(1, model.ContextTokens));
        long kept = (long)(problems * Math.Min(options.Samples, options.KeepPerProblem) * (1 + options.GeneralShare));
        long whole = Math.Min(longestPrompt + options.MaxNewTokens, Math.Max(1, model.ContextTokens));
        long prompts = Math.Min(problems, options.ShardProblems);
        var sizes = new MemoryModel(options);
        MemoryParts parts = sizes.Sampling(model, sizes.Cache(model, prompts * options.Samples, whole, PrefillBudget.Of(options.MaxPrefillTokens, prompts, Math.Min(longestPrompt, whole)), options.Samples));
        MemoryEstimate memory = sizes.Place(Judged(sizes, parts with { Rules = MemoryModel.Rules }, options.Judge, judges, whole));
        return new StageEstimate(
            Ceiling(problems, options.ShardProblems), problems * options.Samples * length, memory, 2 * BytesPerToken * kept * length, model, new DataSize(kept, kept * length, whole, whole));
    }

    private StageEstimate Evaluation(EvaluationOptions options, StageDefinition stage, ModelSize model, int models)
    {
        var sizes = new MemoryModel(options);
        long shards = 0, tokens = 0, cache = 0;
        foreach (var (_, task) in stage.Tasks)
        {
            (long rows, _, long longest, _) = SizeOf(task.Data);
            long samples = Math.Min(task.Rows ?? long.MaxValue, rows) * task.Samples, context = Math.Max(1, model.ContextTokens);
            long atOnce = Math.Min(samples, options.ShardSamples), whole = Math.Min(longest + task.MaxNewTokens, context);
            (shards, tokens) = (shards + models * Ceiling(samples, options.ShardSamples), tokens + models * samples * Math.Min(task.MaxNewTokens, context));
            cache = Math.Max(cache, sizes.Cache(model, atOnce, whole, PrefillBudget.Of(options.MaxPrefillTokens, Ceiling(atOnce, task.Samples), Math.Min(longest, context)), Math.Min(atOnce, task.Samples)));
        }
        MemoryEstimate memory = sizes.Place(sizes.Sampling(model, cache) with { Rules = MemoryModel.Rules });
        return new StageEstimate(shards, tokens, memory, 2 * RolloutTokenBytes * tokens, model, DataSize.None);
    }

    // Of an endpoint nothing is here. What it is shown is at most a question with its answer.
    private static MemoryParts Judged(MemoryModel sizes, MemoryParts parts, JudgeOptions? options, ModelSize[] judges, long shown) =>
        options is { Endpoint: null } && judges is [var judge, ..] ? sizes.Judged(parts, judge, Math.Min(shown + options.MaxTokens, Math.Max(1, judge.ContextTokens))) : parts;

    private ModelSize NewModel(PretrainingOptions options, StageDefinition stage)
    {
        string? trained = stage.Inputs.FirstOrDefault(input => input.Role == "tokenizer")?.Stage;
        int vocabulary = trained is not null && definition.Stages.First(other => other.Name == trained).Options is TrainTokenizerOptions tokenizer
            ? tokenizer.VocabularySize
            : options.Tokenizer == "addition" ? AdditionVocabulary : ByteVocabulary;
        return ModelSize.Of(options.Model, vocabulary);
    }

    private MemoryEstimate? With(string name, Func<StageDefinition, StageOptions?> change)
    {
        if (change(definition.Stages.First(stage => stage.Name == name)) is not { } changed) return null;
        var stages = definition.Stages.Select(other => other.Name == name ? other with { Options = changed } : other);
        return new PlanEstimator(definition with { Stages = [.. stages] }).Of(name).Memory;
    }

    // Of the rows that are trained on, padded to the longest.
    private static long RowTokens(int? maxTokens, ModelSize model, long longest) =>
        Math.Min(maxTokens ?? Math.Max(1, model.ContextTokens), model.Vocabulary < FewTokens ? long.MaxValue : Math.Max(1, longest));

    private DataSize SizeOf(string name)
    {
        if (_sources.TryGetValue(name, out var known)) return known;
        var source = definition.Data.FirstOrDefault(source => source.Name == name);
        if (source is null) return Of(name).Output;
        return _sources[name] = source.Addition is { } addition ? new DataSize(addition.Rows, addition.Rows * (long)AdditionRowTokens, AdditionRowTokens, LongestAdditionRow) : FileSize(source);
    }

    private static DataSize FileSize(DataSourceDefinition source)
    {
        long rows = 0, bytes = 0, longest = 0;
        foreach (string line in File.ReadLines(source.Path!))
        {
            if (rows == source.Rows) break;
            if (string.IsNullOrWhiteSpace(line)) continue;
            rows++;
            int length = System.Text.Encoding.UTF8.GetByteCount(line);
            (bytes, longest) = (bytes + length, Math.Max(longest, length));
        }
        return new DataSize(rows, bytes / BytesPerToken, longest / BytesPerToken, longest / BytesPerToken);
    }

    private static long Checkpoints(StageOptions options, long steps, long bytes) =>
        (options.KeepCheckpoints + 1 + options.KeepBest + (options.KeepEvery == 0 ? 0 : steps / options.KeepEvery)) * bytes;

    private static long Ceiling(long count, long size) => (count + size - 1) / size;
}
