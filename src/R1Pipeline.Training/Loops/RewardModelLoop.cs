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
/// Trains a reward model on preference pairs: both texts of a pair through the model, -log sigmoid(chosen - rejected), mean over the pairs of the batch.
/// Refuses a pair that is longer than the model's context.
/// </summary>
public sealed class RewardModelLoop
{
    private readonly RewardModel _model;
    private readonly IReadOnlyList<PreferencePair> _pairs;
    private readonly RewardModelingOptions _options;
    private readonly int _microPairs;
    private readonly ExpertBalance? _balance;
    private readonly BatchPlan _plan;
    private readonly ILoopHost _host;

    /// <summary>A loop over pairs.</summary>
    /// <param name="model">Trainable; changed in place.</param>
    /// <param name="pairs">The pairs to train on.</param>
    /// <param name="options">Epochs, batch size, optimizer.</param>
    /// <param name="microBatch">Sequences (two a pair) that go through the model at once; null: the whole batch.</param>
    /// <param name="seed">Seed of the stage.</param>
    /// <param name="stage">Name of the stage: coordinate of its random draws.</param>
    /// <param name="host">The world around.</param>
    /// <exception cref="StageFailedException">UserData: no pairs, an empty or too long text.</exception>
    public RewardModelLoop(RewardModel model, IReadOnlyList<PreferencePair> pairs, RewardModelingOptions options, int? microBatch, long seed, string stage, ILoopHost host)
    {
        (_model, _pairs, _options, _host) = (model, pairs, options, host);
        model.Body.ActivationCheckpointing = options.ActivationCheckpointing;
        _microPairs = Math.Clamp((microBatch ?? int.MaxValue) / 2, 1, options.BatchSize);
        _balance = ExpertBalance.Of(model.Body.Config, model.Parameters, options);
        _plan = new BatchPlan([.. pairs.Select(pair => Math.Max(pair.Chosen.Ids.Length, pair.Rejected.Ids.Length))], options.BatchSize, options.Epochs, seed, stage);
        model.CheckFit(pairs.SelectMany(pair => (TrainingSequence[])[pair.Chosen, pair.Rejected]));
    }

    /// <summary>Runs to the end, from the start or from a checkpoint.</summary>
    /// <param name="resumeDirectory">A checkpoint of this loop; null: from the start.</param>
    /// <exception cref="StageFailedException">NumericGuard, OutOfMemory, or what the host throws.</exception>
    public LoopOutcome Run(string? resumeDirectory) => new EpochLoop(TrainedWeights.Of(_model), _options, _balance, _plan, _host).Run(resumeDirectory, Accumulate);

    private double Accumulate(long step, IReadOnlyList<int> batch, Dictionary<string, double> figures)
    {
        double loss = 0, right = 0;
        long tokens = 0;
        foreach (int[] micro in batch.Chunk(_microPairs))
        {
            using var scope = NewDisposeScope();
            TrainingBatch rows = TrainingBatch.Of([.. micro.Select(pair => _pairs[pair].Chosen), .. micro.Select(pair => _pairs[pair].Rejected)], _model.Body.Config.VocabularySize, _model.Body.Placement);
            _model.Body.Adapter?.Dropout?.Begin(step, [.. micro.Select(pair => 2 * pair), .. micro.Select(pair => 2 * pair + 1)]);
            ExpertTrace? trace = _balance is null ? null : new ExpertTrace();
            Tensor scores = _model.Scores(rows, trace), chosen = scores.narrow(0, 0, micro.Length), rejected = scores.narrow(0, micro.Length, micro.Length);
            Tensor part = PairwiseLoss.Compute(chosen, rejected, batch.Count);
            _model.Body.Backward(_balance?.Add(part, trace!, rows.SequenceOfToken(), 2L * batch.Count) ?? part);
            loss += Number.From(part);
            right += Number.WholeFrom(chosen.detach().gt(rejected.detach()).sum());
            tokens += rows.NumTokens;
            _host.Progress(rows.NumTokens);
        }

        (figures["accuracy"], figures["tokens"]) = (right / batch.Count, tokens);
        return loss;
    }
}
