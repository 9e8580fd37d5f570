using R1Pipeline.Contracts.Options;
using R1Pipeline.Contracts.Randomness;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Training.Optimization;
using R1Pipeline.Training.Runtime;
using R1Pipeline.Training.Weights;
using static TorchSharp.torch;

namespace R1Pipeline.Training.Model;

/// <summary>
/// A low-rank adapter (LoRA, arXiv 2106.09685) of a decoder's projections: y = W x + alpha / rank · B A x, rsLoRA's alpha / sqrt(rank) where the options say so.
/// Its A and B lie in a flat buffer of their own; the decoder's parameters are only read. <see cref="Decoder.Attach"/> puts it to work.
/// </summary>
public sealed class LoraAdapter : IMovable, IDisposable
{
    private readonly Dictionary<string, LowRankUpdate> _updates = new(StringComparer.Ordinal);

    /// <summary>An adapter whose A and B are zero, and its score head where <paramref name="scoreWidth"/> names the width of one.</summary>
    internal LoraAdapter(LoraOptions options, IReadOnlyList<WeightSlice> targets, bool trainable, LoraDropout? dropout, long? scoreWidth = null, Placement? placement = null)
    {
        (Options, Targets, Dropout, ScoreWidth) = (options, targets, dropout, scoreWidth);
        List<IGrouping<string, WeightSlice>> projections = [.. targets.GroupBy(target => target.Parameter)];
        IEnumerable<ParameterShape> head = scoreWidth is { } width ? [new ParameterShape(DecoderParameters.Score, 1, width)] : [];
        Parameters = new FlatParameters([.. projections.SelectMany(slices => Shapes(slices.Key, [.. slices], options.Rank)), .. head], trainable, placement);
        BindUpdates();
    }

    /// <summary>Rank, scale and dropout.</summary>
    public LoraOptions Options { get; }

    /// <summary>Whether it brings the score head of a reward model, which is trained with it.</summary>
    public bool HasScore => ScoreWidth is not null;

    /// <summary>All A and B, and the score head where there is one.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>Where it lies and what it computes in.</summary>
    public Placement Placement => Parameters.Placement;

    /// <summary>What is adapted, in the order in which A and B lie in <see cref="Parameters"/>.</summary>
    internal IReadOnlyList<WeightSlice> Targets { get; }

    /// <summary>Width of the score head; null: there is none.</summary>
    internal long? ScoreWidth { get; }

    /// <summary>The dropout of what A reads; null: there is none.</summary>
    internal LoraDropout? Dropout { get; }

    /// <summary>A new, trainable adapter as PEFT begins one: A uniform in ±1 / sqrt(in), every projection from a stream of its own name; B zero, so that it changes nothing yet. A score head is drawn as that of a reward model without an adapter.</summary>
    /// <exception cref="StageFailedException">UserData: the model has no such projection, or dropout is asked for where it cannot be.</exception>
    public static LoraAdapter Create(DecoderConfig config, LoraOptions options, long seed, string stage, DecoderHead head = DecoderHead.Vocabulary, Placement? placement = null)
    {
        IReadOnlyList<WeightSlice> targets = LoraTargets.Of(config, options.Targets, "lora: targets");
        if (options.Dropout > 0 && targets.Any(target => DecoderParameters.IsRoutedExpert(target.Parameter)))
            throw new StageFailedException(StageFailureClass.UserData, "lora: dropout does not reach the projections of routed experts: set dropout to 0, or targets to those of the attention");
        var adapter = new LoraAdapter(options, targets, trainable: true, options.Dropout > 0 ? new LoraDropout(options.Dropout, seed, stage) : null, head == DecoderHead.Score ? config.HiddenSize : null, placement);
        adapter.DrawA(seed, stage);
        adapter.DrawScore(seed, stage);
        adapter.Parameters.Publish();
        return adapter;
    }

    /// <summary>The same A and B in new memory, neither trained nor with dropout.</summary>
    public LoraAdapter Copy()
    {
        var copy = new LoraAdapter(Options, Targets, trainable: false, dropout: null, ScoreWidth, Parameters.Placement);
        copy.Parameters.CopyValuesFrom(Parameters);
        return copy;
    }

    /// <summary>Takes A, B and the score head to another place; a decoder that it is attached to must be told (<see cref="Decoder.MoveTo"/>).</summary>
    /// <exception cref="InvalidOperationException">They are trained.</exception>
    public void MoveTo(Placement placement)
    {
        Parameters.MoveTo(placement);
        BindUpdates();
    }

    /// <summary>The update of a projection; null: it is not adapted.</summary>
    internal LowRankUpdate? UpdateOf(string weight) => _updates.GetValueOrDefault(weight);

    /// <summary>Name of the stacked A of a projection.</summary>
    internal static string NameOfA(string weight) => weight + ".lora-a";

    /// <summary>Name of the stacked B of a projection.</summary>
    internal static string NameOfB(string weight) => weight + ".lora-b";

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();

    private void BindUpdates()
    {
        float scale = (float)(Options.Alpha / (Options.RankStabilized ? Math.Sqrt(Options.Rank) : Options.Rank));
        foreach (IGrouping<string, WeightSlice> slices in Targets.GroupBy(target => target.Parameter))
        {
            LoraRange[] ranges = [.. slices.Select(slice => new LoraRange(slice.FirstRow, slice.Shape[0]))];
            _updates[slices.Key] = new LowRankUpdate(slices.Key, Parameters[NameOfA(slices.Key)], Parameters[NameOfB(slices.Key)], ranges, scale, Dropout);
        }
    }

    private static IEnumerable<ParameterShape> Shapes(string weight, WeightSlice[] slices, long rank) =>
        [new(NameOfA(weight), slices.Length * rank, slices[0].Shape[1]), new(NameOfB(weight), slices.Sum(slice => slice.Shape[0]), rank)];

    private void DrawScore(long seed, string stage)
    {
        if (!HasScore) return;
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor score = Parameters.ValueOf(DecoderParameters.Score);
        _ = score.copy_(DecoderInitialization.Normal(new ParameterShape(DecoderParameters.Score, score.shape), RewardModel.HeadStd, seed, stage));
    }

    // PEFT's kaiming_uniform_(a = sqrt(5)): the bound is sqrt(6 / ((1 + 5) · in)).
    private void DrawA(long seed, string stage)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (string name in _updates.Keys.Select(NameOfA))
        {
            Tensor a = Parameters.ValueOf(name);
            double bound = 1 / Math.Sqrt(a.size(1));
            var random = new RandomStream(seed, stage, 0, "init/" + name);
            float[] values = new float[a.numel()];
            foreach (ref float value in values.AsSpan()) value = (float)(bound * (2 * random.NextDouble() - 1));
            _ = a.copy_(Parameters.Placement.Of(values, a.shape));
        }
    }
}
