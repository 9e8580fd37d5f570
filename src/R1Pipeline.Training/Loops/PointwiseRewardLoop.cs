using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Batches;
using R1Pipeline.Training.Checkpoints;
using R1Pipeline.Training.Losses;
using R1Pipeline.Training.Model;
using R1Pipeline.Training.Runtime;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Loops;

/// <summary>
/// Trains a reward model on labelled responses: each through the model, the binary cross-entropy of sigmoid(score), mean over the responses of the batch.
/// Refuses a response that is longer than the model's context.
/// </summary>
public sealed class PointwiseRewardLoop
{
    private readonly RewardModel _model;
    private readonly IReadOnlyList<LabelledResponse> _responses;
    private readonly RewardModelingOptions _options;
    private readonly int _microResponses;
    private readonly ExpertBalance? _balance;
    private readonly BatchPlan _plan;
    private readonly ILoopHost _host;

    /// <summary>A loop over responses.</summary>
    /// <param name="model">Trainable; changed in place.</param>
    /// <param name="responses">The responses to train on.</param>
    /// <param name="options">Epochs, batch size, optimizer.</param>
    /// <param name="microBatch">Responses that go through the model at once; null: the whole batch.</param>
    /// <param name="seed">Seed of the stage.</param>
    /// <param name="stage">Name of the stage: coordinate of its random draws.</param>
    /// <param name="host">The world around.</param>
    /// <exception cref="StageFailedException">UserData: no responses, an empty or too long text.</exception>
    public PointwiseRewardLoop(
        RewardModel model, IReadOnlyList<LabelledResponse> responses, RewardModelingOptions options, int? microBatch, long seed, string stage, ILoopHost host)
    {
        (_model, _responses, _options, _host) = (model, responses, options, host);
        model.Body.ActivationCheckpointing = options.ActivationCheckpointing;
        _microResponses = Math.Clamp(microBatch ?? int.MaxValue, 1, options.BatchSize);
        _balance = ExpertBalance.Of(model.Body.Config, model.Parameters, options);
        _plan = new BatchPlan([.. responses.Select(response => response.Text.Ids.Length)], options.BatchSize, options.Epochs, seed, stage);
        model.CheckFit(responses.Select(response => response.Text));
    }

    /// <summary>Runs to the end, from the start or from a checkpoint.</summary>
    /// <param name="resumeDirectory">A checkpoint of this loop; null: from the start.</param>
    /// <exception cref="StageFailedException">NumericGuard, OutOfMemory, or what the host throws.</exception>
    public LoopOutcome Run(string? resumeDirectory) => new EpochLoop(TrainedWeights.Of(_model), _options, _balance, _plan, _host).Run(resumeDirectory, Accumulate);

    private double Accumulate(long step, IReadOnlyList<int> batch, Dictionary<string, double> figures)
    {
        double loss = 0, right = 0;
        long tokens = 0;
        foreach (int[] micro in batch.Chunk(_microResponses))
        {
            using var scope = NewDisposeScope();
            TrainingBatch rows = TrainingBatch.Of([.. micro.Select(row => _responses[row].Text)], _model.Body.Config.VocabularySize, _model.Body.Placement);
            _model.Body.Adapter?.Dropout?.Begin(step, micro);
            ExpertTrace? trace = _balance is null ? null : new ExpertTrace();
            bool[] safe = [.. micro.Select(row => _responses[row].IsSafe)];
            Tensor scores = _model.Scores(rows, trace);
            Tensor part = PointwiseLoss.Compute(scores, safe, batch.Count);
            _model.Body.Backward(_balance?.Add(part, trace!, rows.SequenceOfToken(), batch.Count) ?? part);
            loss += Number.From(part);
            right += Number.WholeFrom(scores.detach().ge(Number.Of(0.0)).eq(tensor(safe, device: scores.device)).sum());
            tokens += rows.NumTokens;
            _host.Progress(rows.NumTokens);
        }

        (figures["accuracy"], figures["tokens"]) = (right / batch.Count, tokens);
        return loss;
    }
}
