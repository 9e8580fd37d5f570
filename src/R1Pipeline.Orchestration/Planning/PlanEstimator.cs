using R1Pipeline.Contracts.Data;
using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Pipelines;
using R1Pipeline.Orchestration.Workers;

namespace R1Pipeline.Orchestration.Planning;

/// <summary>
/// Estimates what stages would take, from nothing but the definition and the sizes of files. Simple on purpose:
/// <list type="bullet">
/// <item>tokens of a file: bytes / 3; of a generated addition row: 50 (quickstart.md 3). Samples are counted at their longest (<c>max-new-tokens</c>), so RL, sampling and evaluation are upper bounds.</item>
/// <item>training state: 32 bytes a parameter (fp32 weights, gradients, two moments, scratch; the copy of 12 that a checkpoint is written from), 8 more for RL's reference
/// and its copy, 4 for sampling alone. Under an adapter these are bytes a parameter of the adapter, and the model itself takes 4, its quantised projections 4.127 bits.</item>
/// <item>activations: micro-batch · tokens · (layers · (14 · hidden + 4 · intermediate) + 2 · hidden) · 4 bytes; under activation checkpointing that of one layer, and
/// 2 · hidden for each; KV cache: rows · tokens · layers · 2 · key-value width · 4 bytes.</item>
/// <item>disk: (<c>keep-checkpoints</c> + 1, and what <c>keep-best</c> and <c>keep-every</c> keep) checkpoints of 12 bytes a parameter (16 with a reference), the output at 4, rollouts at 24 bytes a token.</item>
/// </list>
/// A dataset that a stage will make is taken at its largest. Nothing here is measured.
/// </summary>
internal sealed class PlanEstimator(PipelineDefinition definition)
{
    private const double QuantizedBits = 4.127;
    private const long RuntimeBytes = 300L << 20;
    private const int AdditionRowTokens = 50, BytesPerToken = 3, RolloutTokenBytes = 24, AdditionVocabulary = 111, ByteVocabulary = 264;

    private readonly Dictionary<string, StageEstimate> _known = [];
    private readonly Dictionary<string, (long Rows, long Tokens)> _sources = [];

    /// <summary>The estimate of a stage. Stages before it are estimated first.</summary>
    public StageEstimate Of(string name)
    {
        if (_known.TryGetValue(name, out var known)) return known;
        var stage = definition.Stages.First(stage => stage.Name == name);
        var inputs = stage.Inputs.Select(input => (input.Role, Estimate: Of(input.Stage))).ToList();
        var model = inputs.Where(input => input.Role is "model" or "models").Select(input => input.Estimate.Model).DefaultIfEmpty(ModelSize.Unknown).MaxBy(size => size.Parameters)!;
        var data = stage.Data.Select(SizeOf).ToList();
        var (rows, tokens) = (data.Sum(size => size.Rows), data.Sum(size => size.Tokens));
        return _known[name] = stage.Options switch
        {
            ImportModelOptions import => Import(ModelSize.OfFolder(import.Path)),
            TrainTokenizerOptions => new StageEstimate(1, tokens, RuntimeBytes, 0, 1 << 20, ModelSize.Unknown, 0, 0),
            PretrainingOptions pretraining => Supervised(pretraining, NewModel(pretraining, stage), rows, tokens),
            SupervisedOptions supervised => Supervised(supervised, model, rows, tokens),
            RewardModelingOptions pairs => Pairs(pairs, model, rows, tokens),
            GrpoOptions grpo => Grpo(grpo, model),
            RejectionSamplingOptions sampling => Sampling(sampling, model, rows),
            EvaluationOptions evaluation => Evaluation(evaluation, stage, model, inputs.Count(input => input.Role == "models")),
            _ => throw new InvalidOperationException($"no estimate for options {stage.Options.GetType().Name}"),
        };
    }

    private static StageEstimate Import(ModelSize model) =>
        new(0, 0, RuntimeBytes + 4 * model.Parameters, 4 * model.Parameters, 4 * model.Parameters, model, 0, 0);

    private static StageEstimate Supervised(SupervisedOptions options, ModelSize model, long rows, long tokens)
    {
        int length = options.MaxTokens ?? Math.Max(1, model.ContextTokens);
        long pieces = Ceiling(tokens, length);
        long sequences = options.Packing ? pieces : options is PretrainingOptions ? Math.Max(rows, pieces) : rows;
        return Training(options, model, options.Epochs * Ceiling(sequences, options.BatchSize), options.Epochs * tokens, length, options.BatchSize);
    }

    private static StageEstimate Pairs(RewardModelingOptions options, ModelSize model, long rows, long tokens) =>
        Training(options, model, options.Epochs * Ceiling(Math.Max(0, rows - options.HeldOutPairs), options.BatchSize), options.Epochs * tokens,
            options.MaxTokens ?? Math.Max(1, model.ContextTokens), 2 * options.BatchSize);

    private static StageEstimate Training(OptimizerOptions options, ModelSize model, long steps, long tokens, int length, int batch)
    {
        (long trained, long frozenBytes) = Trained(model, options switch { SupervisedFineTuningOptions tuning => tuning.Lora, RewardModelingOptions pairs => pairs.Lora, _ => null });
        long state = 32 * trained + frozenBytes;
        long memory = RuntimeBytes + state + Activations(options, model, Math.Min(batch, MicroBatchLimits.Current(options, null) ?? batch), length);
        return new StageEstimate(steps, tokens, memory, state, Checkpoints(options, steps, 12 * trained) + 4 * model.Parameters, model, 0, 0);
    }

    private static StageEstimate Grpo(GrpoOptions options, ModelSize model)
    {
        long outputs = (long)options.Questions * options.GroupSize;
        int length = Math.Min(options.MaxNewTokens, Math.Max(1, model.ContextTokens));
        long tokens = options.Iterations * outputs * length;
        long steps = (long)options.Iterations * options.Minibatches;
        (long trained, long frozenBytes) = Trained(model, options.Lora);
        long state = 40 * trained + frozenBytes;
        long cache = Cache(model, Math.Min(options.RolloutBatch ?? outputs, outputs), length);
        long update = Activations(options, model, MicroBatchLimits.Current(options, null) ?? 1, length);
        long disk = Checkpoints(options, steps, 16 * trained) + 4 * model.Parameters + RolloutTokenBytes * tokens;
        // Rollouts and updates take turns: the larger of the two counts.
        return new StageEstimate(steps, tokens, RuntimeBytes + state + Math.Max(cache, update), state, disk, model, 0, 0);
    }

    private static (long Trained, long FrozenBytes) Trained(ModelSize model, LoraOptions? lora)
    {
        if (lora is null) return (model.Parameters, 0);
        long quantized = lora.Quantize is null ? 0 : model.Projections;
        return (model.Adapter(lora), 4 * (model.Parameters - quantized) + (long)(QuantizedBits / 8 * quantized));
    }

    private static StageEstimate Sampling(RejectionSamplingOptions options, ModelSize model, long rows)
    {
        long problems = Math.Min(options.Problems ?? rows, rows);
        int length = Math.Min(options.MaxNewTokens, Math.Max(1, model.ContextTokens));
        long kept = (long)(problems * Math.Min(options.Samples, options.KeepPerProblem) * (1 + options.GeneralShare));
        long state = 4 * model.Parameters;
        long memory = RuntimeBytes + state + Cache(model, (long)options.ShardProblems * options.Samples, length);
        return new StageEstimate(
            Ceiling(problems, options.ShardProblems), problems * options.Samples * length, memory, state, 2 * BytesPerToken * kept * length, model, kept, kept * length);
    }

    private StageEstimate Evaluation(EvaluationOptions options, StageDefinition stage, ModelSize model, int models)
    {
        long shards = 0, tokens = 0, longest = 1;
        foreach (var (_, task) in stage.Tasks)
        {
            long samples = Math.Min(task.Rows ?? long.MaxValue, SizeOf(task.Data).Rows) * task.Samples;
            long length = Math.Min(task.MaxNewTokens, Math.Max(1, model.ContextTokens));
            (shards, tokens, longest) = (shards + models * Ceiling(samples, options.ShardSamples), tokens + models * samples * length, Math.Max(longest, length));
        }
        long state = 4 * model.Parameters;
        return new StageEstimate(shards, tokens, RuntimeBytes + state + Cache(model, options.ShardSamples, longest), state, 2 * RolloutTokenBytes * tokens, model, 0, 0);
    }

    private ModelSize NewModel(PretrainingOptions options, StageDefinition stage)
    {
        string? trained = stage.Inputs.FirstOrDefault(input => input.Role == "tokenizer")?.Stage;
        int vocabulary = trained is not null && definition.Stages.First(other => other.Name == trained).Options is TrainTokenizerOptions tokenizer
            ? tokenizer.VocabularySize
            : options.Tokenizer == "addition" ? AdditionVocabulary : ByteVocabulary;
        return ModelSize.Of(options.Model, vocabulary);
    }

    private (long Rows, long Tokens) SizeOf(string name)
    {
        if (_sources.TryGetValue(name, out var known)) return known;
        var source = definition.Data.FirstOrDefault(source => source.Name == name);
        if (source is null) return (Of(name).Rows, Of(name).RowTokens);
        return _sources[name] = source.Addition is { } addition ? (addition.Rows, addition.Rows * (long)AdditionRowTokens) : FileSize(source);
    }

    private static (long Rows, long Tokens) FileSize(DataSourceDefinition source)
    {
        long rows = 0, bytes = 0;
        foreach (string line in File.ReadLines(source.Path!))
        {
            if (rows == source.Rows) break;
            if (string.IsNullOrWhiteSpace(line)) continue;
            rows++;
            bytes += System.Text.Encoding.UTF8.GetByteCount(line);
        }
        return (rows, bytes / BytesPerToken);
    }

    private static long Checkpoints(StageOptions options, long steps, long bytes) =>
        (options.KeepCheckpoints + 1 + options.KeepBest + (options.KeepEvery == 0 ? 0 : steps / options.KeepEvery)) * bytes;

    private static long Activations(OptimizerOptions options, ModelSize model, long sequences, long tokens)
    {
        long layer = 14L * model.Hidden + 4L * model.Intermediate;
        long layers = options.ActivationCheckpointing ? Math.Min(model.Layers, 1) * layer + model.Layers * 2L * model.Hidden : model.Layers * layer;
        return sequences * tokens * (layers + 2L * model.Hidden) * 4;
    }

    private static long Cache(ModelSize model, long rows, long tokens) => rows * tokens * model.Layers * 2 * model.KeyValueWidth * 4;

    private static long Ceiling(long count, long size) => (count + size - 1) / size;
}
