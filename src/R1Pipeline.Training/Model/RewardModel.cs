using System.Runtime.InteropServices;
using System.Text.Json;
using R1Pipeline.Contracts;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Data.Sequences;
using R1Pipeline.Training.Batches;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// A decoder's body with a scalar head, its score read at the last token of a sequence (transformers' <c>…ForSequenceClassification</c>, <c>score.weight</c> [1, D], no bias).
/// Body and head share one flat buffer; under an adapter the head is part of that.
/// </summary>
public sealed class RewardModel : IDisposable
{
    /// <summary>Sequences that <see cref="Score"/> takes at once when nothing asks for fewer.</summary>
    public const int ScoredAtOnce = 64;

    private const string StatisticsFile = "score_statistics.json";
    internal const double HeadStd = 0.02;

    private readonly bool _ownsBody;

    private RewardModel(Decoder body, bool ownsBody = true) => (Body, _ownsBody) = (body, ownsBody);

    /// <summary>The decoder under the head; its output projection, where it has one, takes no part.</summary>
    public Decoder Body { get; }

    /// <summary>All parameters of the model itself, the head's included where no adapter brings one.</summary>
    public FlatParameters Parameters => Body.Parameters;

    private FlatParameters Head => Body.Adapter is { HasScore: true } adapter ? adapter.Parameters : Parameters;

    /// <summary>The spread of its scores on held-out texts; null before it was measured.</summary>
    public ScoreStatistics? Statistics { get; set; }

    /// <summary>A new, trainable reward model: the body copied from a language model, the head drawn (normal, deviation 0.02).</summary>
    public static RewardModel From(Decoder decoder, long seed, string stage)
    {
        var parameters = new FlatParameters(DecoderParameters.Shapes(decoder.Config, DecoderHead.Score), withGradients: true, decoder.Placement);
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (ParameterShape shape in parameters.Shapes)
        {
            _ = parameters.ValueOf(shape.Name).copy_(
                shape.Name == DecoderParameters.Score ? DecoderInitialization.Normal(shape, HeadStd, seed, stage) : decoder.Parameters.ValueOf(shape.Name));
        }

        parameters.Publish();
        return new RewardModel(new Decoder(decoder.Config, parameters));
    }

    /// <summary>A reward model on a language model that stays as it is, under an adapter with a score head. The decoder must outlive it.</summary>
    /// <exception cref="ArgumentException">The decoder has no such adapter.</exception>
    public static RewardModel On(Decoder decoder) =>
        decoder.Adapter is { HasScore: true } ? new RewardModel(decoder, ownsBody: false) : throw new ArgumentException("a decoder under an adapter with a score head is expected", nameof(decoder));

    /// <summary>Loads a reward model folder; without a placement onto the host, in fp32.</summary>
    /// <exception cref="StageFailedException">UserData: not a reward model that this core computes.</exception>
    public static RewardModel Load(string directory, bool trainable = false, Placement? placement = null)
    {
        DecoderConfig config = DecoderConfigFile.Read(directory, DecoderHead.Score);
        string statistics = Path.Combine(directory, StatisticsFile);
        return new RewardModel(new Decoder(config, DecoderWeights.Load(directory, config, DecoderHead.Score, trainable, placement)))
        {
            Statistics = File.Exists(statistics) ? JsonSerializer.Deserialize<ScoreStatistics>(File.ReadAllBytes(statistics), ContractJson.Indented) : null,
        };
    }

    /// <summary>Writes <c>config.json</c>, <c>model.safetensors</c> and, where measured, <c>score_statistics.json</c> into an existing folder, an adapter merged into the weights.</summary>
    public void Save(string directory)
    {
        DecoderConfigFile.Write(Body.Config, directory, DecoderHead.Score);
        DecoderWeights.Save(directory, Body.Config, DecoderHead.Score, name => name == DecoderParameters.Score ? Head.ValueOf(name) : Body.Merged(name), new ExportOptions());
        if (Statistics is not null)
            File.WriteAllBytes(Path.Combine(directory, StatisticsFile), JsonSerializer.SerializeToUtf8Bytes(Statistics, ContractJson.Indented));
    }

    /// <summary>Refuses texts that cannot be scored.</summary>
    /// <exception cref="StageFailedException">UserData: a text is empty, or longer than the model's context.</exception>
    public void CheckFit(IEnumerable<TrainingSequence> texts)
    {
        int context = Body.Config.ContextTokens;
        if (texts.FirstOrDefault(text => text.Ids.Length == 0 || text.Ids.Length > context) is { } text)
            throw new StageFailedException(StageFailureClass.UserData, $"row {text.Row}: a text has {text.Ids.Length} tokens; 1 to {context} fit the model");
    }

    /// <summary>The scores of a batch, in fp32, on the tape where one is recorded.</summary>
    /// <param name="batch">Its rows.</param>
    /// <param name="trace">Receives what the routers decide; null: nobody asks.</param>
    /// <returns>[B].</returns>
    public Tensor Scores(TrainingBatch batch, ExpertTrace? trace = null)
    {
        Tensor last = Body.Hidden(batch.Ids, batch.Segments, trace).view(-1, Body.Config.HiddenSize).index_select(0, batch.LastTokens);
        return last.Wide().matmul(Head[DecoderParameters.Score].Wide().view(-1));
    }

    /// <summary>The score of each sequence, without gradients.</summary>
    /// <param name="sequences">Token ids, the end token included.</param>
    /// <param name="batchSize">Sequences that go through the model at once.</param>
    /// <exception cref="StageFailedException">OutOfMemory: so many sequences at once do not fit into memory.</exception>
    public float[] Score(IReadOnlyList<TrainingSequence> sequences, int batchSize = ScoredAtOnce) => MemoryGuard.Run(() => ScoreAll(sequences, batchSize));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsBody) Body.Dispose();
    }

    private float[] ScoreAll(IReadOnlyList<TrainingSequence> sequences, int batchSize)
    {
        float[] scores = new float[sequences.Count];
        using IDisposable frozen = no_grad();
        int[] byLength = [.. Enumerable.Range(0, sequences.Count).OrderBy(index => sequences[index].Ids.Length)];
        foreach (int[] chunk in byLength.Chunk(batchSize))
        {
            using var scope = NewDisposeScope();
            Tensor batch = Scores(TrainingBatch.Of([.. chunk.Select(index => sequences[index])], Body.Config.VocabularySize, Body.Placement)).cpu();
            ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(batch.bytes);
            for (int i = 0; i < chunk.Length; i++) scores[chunk[i]] = values[i];
        }

        return scores;
    }
}
