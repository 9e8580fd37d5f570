using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Batches;
using R1Pipeline.Training.Checkpoints;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// Next-token training on a fixed set of rows: pretraining (loss on all tokens) and supervised fine-tuning (loss from a row's first response token).
/// Per step: whole-batch token count, micro-batches forward and backward, guard, clip, AdamW. Refuses rows without a token to learn from.
/// </summary>
public sealed class SftLoop
{
    private readonly Decoder _model;
    private readonly IReadOnlyList<PackedSequence> _rows;
    private readonly SupervisedOptions _options;
    private readonly int _microBatch;
    private readonly ExpertBalance? _balance;
    private readonly BatchPlan _plan;
    private readonly ILoopHost _host;

    /// <summary>A loop over rows that stand alone.</summary>
    /// <inheritdoc cref="SftLoop(Decoder, IReadOnlyList{PackedSequence}, SupervisedOptions, int?, long, string, ILoopHost)"/>
    public SftLoop(Decoder model, IReadOnlyList<TrainingSequence> rows, SupervisedOptions options, int? microBatch, long seed, string stage, ILoopHost host)
        : this(model, [.. rows.Select(row => new PackedSequence([row]))], options, microBatch, seed, stage, host)
    {
    }

    /// <summary>A loop over packed rows.</summary>
    /// <param name="model">Trainable; changed in place.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="options">Epochs, batch size, optimizer.</param>
    /// <param name="microBatch">Rows that go through the model at once; null: the whole batch.</param>
    /// <param name="seed">Seed of the stage.</param>
    /// <param name="stage">Name of the stage: coordinate of its random draws.</param>
    /// <param name="host">The world around.</param>
    /// <exception cref="StageFailedException">UserData: no rows, a row without a token to learn from, or one longer than the model's context.</exception>
    public SftLoop(Decoder model, IReadOnlyList<PackedSequence> rows, SupervisedOptions options, int? microBatch, long seed, string stage, ILoopHost host)
    {
        (_model, _rows, _options, _host) = (model, rows, options, host);
        model.ActivationCheckpointing = options.ActivationCheckpointing;
        _microBatch = Math.Clamp(microBatch ?? options.BatchSize, 1, options.BatchSize);
        _balance = ExpertBalance.Of(model.Config, model.Parameters, options);
        _plan = new BatchPlan([.. rows.Select(row => row.NumTokens)], options.BatchSize, options.Epochs, seed, stage);
        foreach (TrainingSequence part in rows.SelectMany(row => row.Parts)) Check(part);
    }

    /// <summary>Runs to the end, from the start or from a checkpoint.</summary>
    /// <param name="resumeDirectory">A checkpoint of this loop; null: from the start.</param>
    /// <exception cref="StageFailedException">NumericGuard, OutOfMemory, or what the host throws.</exception>
    public LoopOutcome Run(string? resumeDirectory) => new EpochLoop(TrainedWeights.Of(_model), _options, _balance, _plan, _host).Run(resumeDirectory, Accumulate);

    private double Accumulate(long step, IReadOnlyList<int> batch, Dictionary<string, double> figures)
    {
        long lossTokens = batch.Sum(row => _rows[row].Parts.Sum(LossTokens)), sequences = batch.Sum(row => _rows[row].Parts.Count), tokens = 0;
        double loss = 0;
        foreach (int[] micro in batch.Chunk(_microBatch))
        {
            using var scope = NewDisposeScope();
            TrainingBatch rows = TrainingBatch.Of([.. micro.Select(row => _rows[row])], _model.Config.VocabularySize, _model.Placement);
            ExpertTrace? trace = _balance is null ? null : new ExpertTrace();
            _model.Adapter?.Dropout?.Begin(step, micro);
            Tensor hidden = _model.Hidden(rows.Ids, rows.Segments, trace).view(-1, _model.Config.HiddenSize).index_select(0, rows.LossRows);
            Tensor part = CrossEntropyLoss.Compute(TokenLogprobs.Compute(hidden, _model.OutputWeight, rows.Targets), lossTokens);
            _model.Backward(_balance?.Add(part, trace!, rows.SequenceOfToken(), sequences) ?? part);
            loss += Number.From(part);
            tokens += rows.NumTokens;
            _host.Progress(rows.NumTokens);
        }

        figures["tokens"] = tokens;
        return loss;
    }

    // The first token of a part has nothing before it to be predicted from.
    private static int LossTokens(TrainingSequence part) => part.Ids.Length - Math.Max(1, part.LossFrom);

    private void Check(TrainingSequence part)
    {
        if (LossTokens(part) < 1)
            throw new StageFailedException(StageFailureClass.UserData, $"row {part.Row} has no token to learn from: {part.Ids.Length} tokens, the loss starts at {part.LossFrom}");
        if (part.Ids.Length > _model.Config.ContextTokens)
            throw new StageFailedException(StageFailureClass.UserData, $"row {part.Row} has {part.Ids.Length} tokens, the model's context is {_model.Config.ContextTokens}");
    }
}
